/** The machines that were measured, here and elsewhere: what they are and can do, and what their owner says of them. */
import { useState } from 'react';
import type { Machine } from '../../../core/protocol/machines.ts';
import { useChangeMachines, useDeletedMachines, useMachines, useRun, useRuns } from '../../api/queries.ts';
import { askForFiles } from '../../components/import-desk.tsx';
import { Loading } from '../../components/loading.tsx';
import { NoRunsNotice } from '../../components/no-runs-notice.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { importTexts } from '../../texts/imports.ts';
import { pageNames } from '../../texts/page-names.ts';
import { useViewState } from '../../view-state.ts';
import { CeilingsCard } from '../run/ceilings-card.tsx';
import { MachineCard } from '../run/machine-card.tsx';
import { DeletedMachines } from './deleted-machines.tsx';
import { IdentityCard } from './identity-card.tsx';
import { MachineTable } from './machine-table.tsx';
import { OwnerCard } from './owner-card.tsx';
import { machinesTexts } from './texts.ts';
import { type Undoable, UndoNotice } from './undo-notice.tsx';

export function MachinesPage() {
  const words = machinesTexts;
  const [view] = useViewState();
  const machines = useMachines();
  const deleted = useDeletedMachines();
  const { mutate, error, reset } = useChangeMachines();
  const [done, setDone] = useState<Undoable>();
  const change = (wanted: Undoable) => mutate(wanted.change, { onSuccess: () => setDone(wanted) });
  const all = machines.data ?? [];
  // The one that the address names, as itself or as a part of another.
  const shown =
    all.find(({ id, merged }) => id === view.machine || merged.some((part) => part.id === view.machine)) ??
    all[0];
  return (
    <>
      <PageHead title={pageNames.machines} sentence={words.sentence}>
        <button type="button" onClick={askForFiles}>
          {importTexts.choose}
        </button>
      </PageHead>
      {machines.isError && <ErrorNotice error={machines.error} />}
      {deleted.isError && <ErrorNotice error={deleted.error} />}
      {error !== null && <ErrorNotice error={error} onDismiss={reset} />}
      <div role="status">
        {done !== undefined && (
          <UndoNotice
            done={done}
            onUndo={() => mutate(done.undo, { onSuccess: () => setDone(undefined) })}
            onDismiss={() => setDone(undefined)}
          />
        )}
      </div>
      {machines.isPending && <Loading />}
      {machines.data?.length === 0 && <NoRunsNotice />}
      {shown !== undefined && (
        <>
          {!all.some(({ thisMachine }) => thisMachine) && <p className="quiet-text">{words.notThis}</p>}
          <MachineTable machines={all} selected={shown.id} />
          <OneMachine key={shown.id} machine={shown} all={all} onChange={change} />
        </>
      )}
      <DeletedMachines
        machines={deleted.data ?? []}
        onRestore={({ id, name }) =>
          change({
            done: words.deleted.restored(name),
            change: (api) => api.call('machines.restore', { machineId: id }),
            undo: (api) => api.call('machines.delete', { machineId: id }),
          })
        }
      />
    </>
  );
}

interface OneMachineProps {
  readonly machine: Machine;
  readonly all: readonly Machine[];
  readonly onChange: (change: Undoable) => void;
}

function OneMachine({ machine, all, onChange }: OneMachineProps) {
  const words = machinesTexts;
  const runs = useRuns();
  // Of one that cannot be read, nothing is known of the machine.
  const newest = runs.data?.find(
    ({ machineId, unreadable }) => machineId === machine.id && unreadable === undefined,
  );
  const report = useRun(newest?.id);
  const currency = all.find(({ price }) => price !== null)?.price?.currency ?? 'EUR';
  return (
    <>
      <div className="columns">
        <OwnerCard machine={machine} currency={currency} />
        <IdentityCard
          machine={machine}
          others={all.filter(({ id }) => id !== machine.id)}
          onChange={onChange}
        />
      </div>
      {runs.isError && <ErrorNotice error={runs.error} />}
      {report.isError && <ErrorNotice error={report.error} />}
      {(runs.isPending || report.isLoading) && <Loading />}
      {runs.data !== undefined && newest === undefined && <p className="quiet-text">{words.noRuns}</p>}
      {report.data !== undefined && (
        <div className="columns">
          <MachineCard environment={report.data.machine} />
          <CeilingsCard providers={report.data.providers} />
        </div>
      )}
    </>
  );
}
