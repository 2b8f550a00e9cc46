/** Two runs, or two plans or providers of one: what is better or worse, why, and what else differs. */

import type { Comparison } from '../../../core/protocol/compare.ts';
import type { RunSummary } from '../../../core/protocol/run.ts';
import { useComparison, useRun, useRuns } from '../../api/queries.ts';
import { differenceTable, sidesOf } from '../../charts/compare-data.ts';
import { DataTable } from '../../charts/data-table.tsx';
import { Loading } from '../../components/loading.tsx';
import { NoRunsNotice } from '../../components/no-runs-notice.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { RunChooser } from '../../components/run-chooser.tsx';
import { texts } from '../../texts.ts';
import { goToPage, useViewState } from '../../view-state.ts';
import { ComparedTable } from './compared-table.tsx';

export function ComparePage() {
  const words = texts.compare;
  const [view, changeView] = useViewState();
  const runs = useRuns();
  const sides = sidesOf(runs.data?.map(({ id }) => id) ?? [], view);
  // The program refuses it too, but with a hint for the command line.
  const isSame = view.within === undefined && sides?.before.runId === sides?.after.runId;
  const comparison = useComparison(isSame ? undefined : sides);
  return (
    <>
      <PageHead title={texts.pages.compare} sentence={words.sentence}>
        {runs.data !== undefined && sides !== undefined && (
          <SideChoice runs={runs.data} before={sides.before.runId} after={sides.after.runId} />
        )}
      </PageHead>
      {runs.isError && <ErrorNotice error={runs.error} />}
      {runs.data?.length === 0 && <NoRunsNotice />}
      {runs.data?.length === 1 && sides === undefined && (
        <Notice title={words.fewRuns.title}>
          <p>{words.fewRuns.text}</p>
          <button type="button" className="primary" onClick={() => goToPage('profile')}>
            {texts.runs.empty.toProfile}
          </button>{' '}
          <button type="button" onClick={() => changeView({ within: 'plans' })}>
            {words.fewRuns.plans}
          </button>
        </Notice>
      )}
      {sides !== undefined && isSame && (
        <Notice title={words.same.title}>
          <p>{words.same.text}</p>
        </Notice>
      )}
      {comparison.isError && <ErrorNotice error={comparison.error} />}
      {(runs.isPending || comparison.isLoading) && <Loading />}
      {comparison.data !== undefined && <Compared comparison={comparison.data} />}
    </>
  );
}

interface SideChoiceProps {
  readonly runs: readonly RunSummary[];
  readonly before: string;
  readonly after: string;
}

function SideChoice({ runs, before, after }: SideChoiceProps) {
  const words = texts.compare;
  const [view, changeView] = useViewState();
  const providers = new Set(useRun(after).data?.measurements.map(({ provider }) => provider) ?? []);
  const others = providers.has('native') ? [...providers].filter((name) => name !== 'native') : [];
  const within = view.within ?? '';
  return (
    <>
      <label>
        <span>{words.what}</span>
        <select
          value={within}
          onChange={({ target }) => changeView({ within: target.value || undefined, row: undefined })}
        >
          <option value="">{words.runs}</option>
          <option value="plans">{words.plans}</option>
          {[...new Set([...others, ...(within === '' || within === 'plans' ? [] : [within])])].map((name) => (
            <option key={name} value={name}>
              {words.provider(name)}
            </option>
          ))}
        </select>
      </label>
      {view.within === undefined && (
        <RunChooser
          label={words.before}
          runs={runs}
          runId={before}
          onChoose={(runId) => changeView({ before: runId, after, row: undefined })}
        />
      )}
      <RunChooser
        label={view.within === undefined ? words.after : texts.runs.label}
        runs={runs}
        runId={after}
        onChoose={(runId) =>
          changeView({
            after: runId,
            row: undefined,
            ...(view.within === undefined ? { before } : {}),
          })
        }
      />
    </>
  );
}

function Compared({ comparison: { rows, counts, unmatched, differences } }: { comparison: Comparison }) {
  const words = texts.compare;
  return (
    <>
      {rows.length === 0 ? <Notice title={words.nothing} /> : <ComparedTable rows={rows} counts={counts} />}
      {unmatched.length > 0 && (
        <section className="card" aria-label={words.unmatched}>
          <h2>{words.unmatched}</h2>
          <ul className="bullets">
            {unmatched.map(({ side, model, provider, device, plan, dtype, batch, threads, reason }) => {
              const name = `${model} ${provider} ${plan} ${dtype} ${texts.terms.batch.name.toLowerCase()} ${batch}`;
              return (
                <li key={[side, name, device, threads].join()}>
                  {words.unmatchedCase(name, words[side].toLowerCase())} {reason}
                </li>
              );
            })}
          </ul>
        </section>
      )}
      <section className="card" aria-label={words.differences}>
        <h2>{words.differences}</h2>
        {differences.length === 0 ? (
          <p>{words.noDifferences}</p>
        ) : (
          <DataTable label={words.differences} data={differenceTable(differences)} />
        )}
      </section>
    </>
  );
}
