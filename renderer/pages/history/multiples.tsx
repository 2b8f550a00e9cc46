import { historyAnswer } from '../../../core/analysis/answers/history.ts';
import { formatPercent } from '../../../core/format/units.ts';
import type { CeilingSeries } from '../../../core/protocol/answers.ts';
import type { History } from '../../../core/protocol/compare.ts';
import { Reason } from '../../components/reason.tsx';
import { useViewState } from '../../view-state.ts';
import { type Multiple, type Multiples, multiplesOf } from './multiples-data.ts';
import { historyTexts } from './texts.ts';

interface HistoryOverviewProps {
  /** Of one machine, all series. */
  readonly history: History;
  readonly ceilings: readonly CeilingSeries[];
}

/** The answer, then every network and ceiling over time. */
export function HistoryOverview({ history, ceilings }: HistoryOverviewProps) {
  const words = historyTexts.multiples;
  const { headline, sentence, reason } = historyAnswer(history);
  const drawn = multiplesOf(history.series, ceilings, history.marks);
  if (drawn === undefined) return null;
  return (
    <section className="card" aria-label={words.title}>
      <h2>{headline}</h2>
      <p>{sentence}</p>
      <Reason text={reason} />
      <div className="multiples">
        {[...drawn.networks, ...drawn.ceilings].map((multiple) => (
          <Small key={multiple.key} multiple={multiple} all={drawn} />
        ))}
      </div>
      <p className="quiet-text">
        {words.legend(
          formatPercent(drawn.reach.networks),
          formatPercent(drawn.reach.ceilings),
          drawn.from,
          drawn.to,
        )}
        {drawn.marks.length > 0 &&
          ` ${words.marks([...new Set(drawn.marks.map(({ text }) => text))].join('; '))}`}
      </p>
    </section>
  );
}

const size = { width: 230, height: 70 };
const inset = 8;

function Small({
  multiple: { title, newest, points, noise, shifts, opens },
  all,
}: {
  multiple: Multiple;
  all: Multiples;
}) {
  const [, changeView] = useViewState();
  const x = (at: number) => inset + at * (size.width - 2 * inset);
  const reach = opens === undefined ? all.reach.ceilings : all.reach.networks;
  const y = (value: number) => (size.height / 2) * (1 - Math.max(-1, Math.min(1, value / reach)));
  const head = (
    <>
      {title} <strong>{newest}</strong>
    </>
  );
  return (
    <figure>
      <figcaption>
        {opens === undefined ? (
          head
        ) : (
          <button
            type="button"
            className="link"
            onClick={() => changeView({ ...opens, measurement: undefined })}
          >
            {head}
          </button>
        )}
      </figcaption>
      <svg
        width={size.width}
        height={size.height}
        role="img"
        aria-label={historyTexts.multiples.one(title, points.length)}
      >
        <rect className="noise-band" x={0} width={size.width} y={y(noise)} height={y(-noise) - y(noise)} />
        <line className="grid" x1={0} x2={size.width} y1={y(0)} y2={y(0)} />
        {all.marks.map((mark) => (
          <line key={mark.x} className="machine-change" x1={x(mark.x)} x2={x(mark.x)} y1={0} y2={size.height}>
            <title>{mark.text}</title>
          </line>
        ))}
        {shifts.map((at) => (
          <line key={at} className="shift" x1={x(at)} x2={x(at)} y1={0} y2={size.height} />
        ))}
        {points.map(({ runId, x: at, value, low, high }) => (
          <g key={runId}>
            <line className="spread" x1={x(at)} x2={x(at)} y1={y(low)} y2={y(high)} />
            <circle cx={x(at)} cy={y(value)} r={3} />
          </g>
        ))}
      </svg>
    </figure>
  );
}
