import { environmentChanges } from '../../../core/analysis/environment-changes.ts';
import { ApiError } from '../../../core/protocol/api.ts';
import type { Environment, RunReport } from '../../../core/protocol/run.ts';
import { useActiveRun, useDoctor, useTestNoise } from '../../api/queries.ts';
import { Loading } from '../../components/loading.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { overviewTexts } from './texts.ts';

/** What to look at before you rely on the results: losses, changes of the machine, and the program's own checks. */
export function HealthCard({ report, now }: { report: RunReport; now: Environment | undefined }) {
  const words = overviewTexts.health;
  const doctor = useDoctor();
  const setAside = report.measurements.reduce((sum, row) => sum + row.setAside.length, 0);
  const changes = now === undefined ? undefined : environmentChanges(report.machine, now);
  const unwell = doctor.data?.filter(({ status }) => status !== 'ok') ?? [];
  const items = [
    ...(setAside > 0 ? [words.setAside(setAside)] : []),
    ...(report.lost.length > 0 ? [words.lost(report.lost.length)] : []),
    ...(changes ?? []).map(({ name, before, now: current }) => words.changed(name, before, current)),
    ...unwell.map(({ name, message }) => `${name}: ${message}`),
  ];
  return (
    <section className="card" aria-label={words.title}>
      <h2>{words.title}</h2>
      {doctor.isError && <ErrorNotice error={doctor.error} />}
      {(doctor.isPending || changes === undefined) && <Loading />}
      {items.length > 0 ? (
        <ul className="lost">
          {items.map((item) => (
            <li key={item} className="warning-text">
              {item}
            </li>
          ))}
        </ul>
      ) : (
        doctor.data !== undefined && changes !== undefined && <p>{words.well}</p>
      )}
      {changes?.length === 0 && <p className="quiet-text">{words.unchanged}</p>}
      <TestNoise />
    </section>
  );
}

function TestNoise() {
  const active = useActiveRun();
  const test = useTestNoise();
  return (
    <>
      <button type="button" disabled={active.data != null || test.isPending} onClick={() => test.mutate()}>
        {overviewTexts.testNoise}
      </button>
      {test.error instanceof ApiError && <ErrorNotice error={test.error} onDismiss={test.reset} />}
    </>
  );
}
