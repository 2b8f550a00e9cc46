import { formatProviderDevice } from '../../../core/format/provider.ts';
import {
  formatBytes,
  formatBytesPerSecond,
  formatNs,
  formatOperationsPerSecond,
  formatPercent,
} from '../../../core/format/units.ts';
import type { ArithmeticCeiling, BandwidthCeiling, Calibration } from '../../../core/protocol/provider.ts';
import type { DeviceCalibration } from '../../../core/protocol/run.ts';
import { ceilingTexts } from '../../texts/ceilings.ts';
import { sharedTexts } from '../../texts/shared.ts';

/** What the machine sustained when the run began. */
export function CeilingsCard({ providers }: { providers: readonly DeviceCalibration[] }) {
  const words = ceilingTexts;
  const calibrated = providers.flatMap(({ description, calibration }) =>
    calibration === null ? [] : [{ description, ...calibration }],
  );
  return (
    <section className="card" aria-label={words.title}>
      <h2 title={words.meaning}>{words.title}</h2>
      {calibrated.length === 0 && <p className="quiet-text">{words.noneMeasured}</p>}
      {calibrated.map(
        ({ description, device, arithmetic, bandwidth, bandwidthSweep, dispatchOverheadNs }) => (
          <div key={`${description.provider} ${device}`} className="ceilings">
            {calibrated.length > 1 && <h3>{formatProviderDevice(description)}</h3>}
            <ArithmeticTable ceilings={bestByThreads(arithmetic)} />
            <MemoryTable ceilings={bandwidth} />
            {bandwidthSweep !== undefined && <SweepTable sweep={bandwidthSweep} />}
            {dispatchOverheadNs !== undefined && (
              <p title={words.launchMeaning}>{words.launch(formatNs(dispatchOverheadNs))}</p>
            )}
          </div>
        ),
      )}
    </section>
  );
}

function ArithmeticTable({ ceilings }: { ceilings: readonly ArithmeticCeiling[] }) {
  const words = ceilingTexts;
  return (
    <table aria-label={words.arithmetic}>
      <thead>
        <tr>
          <th scope="col">{words.arithmetic}</th>
          <th scope="col" className="right">
            {words.measured}
          </th>
          <th scope="col" className="right">
            <abbr title={words.theoreticalMeaning}>{words.theoretical}</abbr>
          </th>
        </tr>
      </thead>
      <tbody>
        {ceilings.map(
          ({ dtype, threads, instructionSet, operationsPerSecond, theoreticalOperationsPerSecond }) => (
            <tr key={`${dtype} ${threads}`}>
              <th scope="row">
                {dtype}, {words.threads(threads)} <small>{instructionSet}</small>
              </th>
              <td className="right">{formatOperationsPerSecond(operationsPerSecond)}</td>
              <td className="right">
                {theoreticalOperationsPerSecond === undefined ? (
                  <span className="unknown">{sharedTexts.unknown}</span>
                ) : (
                  `${formatPercent(operationsPerSecond / theoreticalOperationsPerSecond)} of ${formatOperationsPerSecond(theoreticalOperationsPerSecond)}`
                )}
              </td>
            </tr>
          ),
        )}
      </tbody>
    </table>
  );
}

/** A row a level and number of threads, a column a kind of access. */
function MemoryTable({ ceilings }: { ceilings: readonly BandwidthCeiling[] }) {
  const words = ceilingTexts;
  const accesses = (['read', 'write', 'copy', 'triad'] as const).filter((access) =>
    ceilings.some((ceiling) => ceiling.access === access),
  );
  const rows = [...Map.groupBy(ceilings, ({ level, threads }) => `${level} ${threads}`).values()];
  return (
    <table aria-label={words.memory}>
      <thead>
        <tr>
          <th scope="col">{words.memory}</th>
          {accesses.map((access) => (
            <th key={access} scope="col" className="right">
              {words.access[access]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const [first] = row;
          if (first === undefined) return null;
          return (
            <tr key={`${first.level} ${first.threads}`}>
              <th scope="row">
                {first.level}, {words.threads(first.threads)}
              </th>
              {accesses.map((access) => {
                const ceiling = row.find((candidate) => candidate.access === access);
                return (
                  <td key={access} className="right">
                    {ceiling === undefined ? '' : formatBytesPerSecond(ceiling.bytesPerSecond)}
                  </td>
                );
              })}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** What each working set was moved at, from which the levels were inferred. Only for who asks. */
function SweepTable({ sweep }: { sweep: NonNullable<Calibration['bandwidthSweep']> }) {
  const words = ceilingTexts;
  const accesses = (['read', 'write', 'copy', 'triad'] as const).filter((access) =>
    sweep.some((point) => point.access === access),
  );
  const rows = Map.groupBy(sweep, ({ workingSetBytes }) => workingSetBytes);
  return (
    <details>
      <summary>{words.sweep}</summary>
      <table aria-label={words.sweep}>
        <thead>
          <tr>
            <th scope="col">{words.workingSet}</th>
            {accesses.map((access) => (
              <th key={access} scope="col" className="right">
                {words.access[access]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...rows]
            .toSorted(([a], [b]) => a - b)
            .map(([bytes, points]) => (
              <tr key={bytes}>
                <th scope="row">{formatBytes(bytes)}</th>
                {accesses.map((access) => {
                  const point = points.find((candidate) => candidate.access === access);
                  return (
                    <td key={access} className="right">
                      {point === undefined ? '' : formatBytesPerSecond(point.bytesPerSecond)}
                    </td>
                  );
                })}
              </tr>
            ))}
        </tbody>
      </table>
    </details>
  );
}

/** The best instruction set for each data type and number of threads, as the ceiling is meant. */
function bestByThreads(ceilings: readonly ArithmeticCeiling[]): ArithmeticCeiling[] {
  return [...Map.groupBy(ceilings, ({ dtype, threads }) => `${dtype} ${threads}`).values()].map((group) =>
    group.reduce((best, ceiling) =>
      ceiling.operationsPerSecond > best.operationsPerSecond ? ceiling : best,
    ),
  );
}
