import { environmentChanges } from '../../../core/analysis/environment-changes.ts';
import { formatProvider } from '../../../core/format/provider.ts';
import { formatPercent } from '../../../core/format/units.ts';
import { ApiError } from '../../../core/protocol/api.ts';
import type { Environment, RunReport } from '../../../core/protocol/run.ts';
import { useActiveRun, useDoctor, useNoise, useTestNoise } from '../../api/queries.ts';
import { Loading } from '../../components/loading.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { summaryTexts } from '../run/texts.ts';
import { overviewTexts } from './texts.ts';

/** What should be looked at before a figure is believed: marks, losses, changes of the machine, and the program's own checks. */
export function HealthCard({ report, now }: { report: RunReport; now: Environment | undefined }) {
  const words = overviewTexts.health;
  const doctor = useDoctor();
  const marked = report.measurements.filter(({ alarms }) => alarms.length > 0).length;
  const setAside = report.measurements.reduce((sum, row) => sum + row.setAside.length, 0);
  const changes = now === undefined ? undefined : environmentChanges(report.machine, now);
  const unwell = doctor.data?.filter(({ status }) => status !== 'ok') ?? [];
  const items = [
    ...(marked > 0 ? [summaryTexts.alarms(marked, report.measurements.length)] : []),
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
      <BelievedChanges />
    </section>
  );
}

/** The noise threshold of this machine, and the button that measures its noise. */
function BelievedChanges() {
  const words = overviewTexts.noise;
  const noise = useNoise();
  const active = useActiveRun();
  const test = useTestNoise();
  const known = noise.data?.filter(({ thisMachine }) => thisMachine) ?? [];
  return (
    <>
      {known.map(({ provider, threshold, from, pairs }) => (
        <p key={provider} className="quiet-text">
          {words.real(
            formatProvider(provider),
            formatPercent(threshold),
            from === null ? words.unknown : words.from[from](pairs),
          )}
        </p>
      ))}
      <button type="button" disabled={active.data != null || test.isPending} onClick={() => test.mutate()}>
        {words.test}
      </button>
      {test.error instanceof ApiError && <ErrorNotice error={test.error} onDismiss={test.reset} />}
    </>
  );
}
