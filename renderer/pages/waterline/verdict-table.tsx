import type { Water, WaterlineView } from '../../../core/analysis/waterline-view.ts';
import { formatNs, formatPercent } from '../../../core/format/units.ts';
import type { MeasurementSummary } from '../../../core/protocol/run.ts';
import { terms } from '../../texts/terms.ts';
import { waterlineTexts } from './texts.ts';

interface VerdictTableProps {
  readonly plans: readonly { readonly summary: MeasurementSummary; readonly view: WaterlineView }[];
  readonly water: Water;
}

/** What the roofline of the whole promises, what the waterline allows, and what was measured. */
export function VerdictTable({ plans, water }: VerdictTableProps) {
  const words = waterlineTexts.verdict;
  const time = (ns: number, idealNs: number) => (
    <>
      {formatNs(ns)} <small>{words.ofPeak(formatPercent(idealNs / ns))}</small>
    </>
  );
  const signed = (ns: number) => `${ns < 0 ? '−' : '+'}${formatNs(Math.abs(ns))}`;
  const strong = (text: string) => <strong>{text}</strong>;
  const fused = plans.find(({ summary }) => summary.plan === 'fused')?.view;
  const rows: readonly [string, string, (view: WaterlineView) => React.ReactNode][] = [
    [terms.ideal.name, terms.ideal.meaning, ({ idealNs }) => time(idealNs, idealNs)],
    [words.roofline, words.rooflineMeaning, ({ rooflineNs, idealNs }) => time(rooflineNs, idealNs)],
    [words.misses, words.missesMeaning, ({ boundNs, rooflineNs }) => signed(boundNs - rooflineNs)],
    [words.waterline[water], words.waterlineMeaning[water], ({ boundNs, idealNs }) => time(boundNs, idealNs)],
    [words.measured, terms.latency.meaning, ({ latencyNs, idealNs }) => time(latencyNs, idealNs)],
    [
      words.canWin.kernel,
      words.canWinMeaning.kernel,
      ({ latencyNs, boundNs }) => strong(formatNs(Math.max(0, latencyNs - boundNs))),
    ],
    [
      words.canWin.fusion,
      words.canWinMeaning.fusion,
      ({ boundNs }) =>
        fused === undefined ? words.fusedIsMissing : strong(formatNs(Math.max(0, boundNs - fused.boundNs))),
    ],
  ];
  return (
    <section className="card" aria-label={words.title}>
      <h2>{words.title}</h2>
      {plans.map(({ summary, view }) => (
        <p key={summary.id}>
          {words.sentence(
            summary.plan,
            formatPercent(view.idealNs / view.rooflineNs),
            formatPercent(view.idealNs / view.boundNs),
            formatPercent(view.idealNs / view.latencyNs),
          )}
          {view.latencyNs < view.boundNs && (
            <strong className="warning-text"> {water === 'dram' ? words.beatenDram : words.beaten}</strong>
          )}
        </p>
      ))}
      <div className="verdict">
        <table aria-label={words.title}>
          <thead>
            <tr>
              <th scope="col">{words.bound}</th>
              {plans.map(({ summary: { id, plan } }) => (
                <th key={id} scope="col" className="right">
                  {plan}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, meaning, cell]) => (
              <tr key={name}>
                <th scope="row">
                  <abbr title={meaning}>{name}</abbr>
                </th>
                {plans.map(({ summary, view }) => (
                  <td key={summary.id} className="right">
                    {cell(view)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
