/** The point that is selected, with ways on from it; and the figures of those that are pinned, side by side. */
import { type GapSet, setNames } from '../../../core/charts/gap-sets.ts';
import { type DrawnPoint, gapView } from '../../../core/charts/gap-view.ts';
import { formatTime } from '../../../core/format/units.ts';
import { pointFacts } from '../../charts/gap-facts.ts';
import { WaysOn } from '../../components/ways-on.tsx';
import { sharedTexts } from '../../texts/shared.ts';
import { plotTexts } from './plot-texts.ts';

interface SelectedPointProps {
  readonly points: readonly DrawnPoint[];
  /** Of each point's set. */
  readonly nameOf: (point: DrawnPoint) => string;
  readonly selected: string | undefined;
  readonly pinned: ReadonlySet<string>;
  readonly onSelect: (point: DrawnPoint) => void;
  readonly onPin: (point: DrawnPoint) => void;
  readonly onOpen: (point: DrawnPoint) => void;
}

/** The same as a click into the plot, without a mouse. */
export function SelectedPoint({ points, nameOf, selected, pinned, ...chosen }: SelectedPointProps) {
  const { onSelect, onPin, onOpen } = chosen;
  const words = plotTexts.pin;
  const point = points.find(({ id }) => id === selected);
  return (
    <div className="selected-point">
      <label>
        <span>{words.choose}</span>
        <select
          value={point?.id ?? ''}
          onChange={({ target }) => {
            const next = points.find(({ id }) => id === target.value);
            if (next !== undefined) onSelect(next);
          }}
        >
          {point === undefined && <option value="">{words.chooseNone}</option>}
          {points.map((one) => (
            <option key={one.id} value={one.id}>
              {one.model} · {nameOf(one)}
            </option>
          ))}
        </select>
      </label>
      {point !== undefined && (
        <>
          <button type="button" aria-pressed={pinned.has(point.id)} onClick={() => onPin(point)}>
            {words.pin}
          </button>
          {point.set.origin === 'measured' && (
            <button type="button" onClick={() => onOpen(point)}>
              {words.open}
            </button>
          )}
          {point.set.origin === 'measured' && <WaysOn runId={point.set.runId} measurementId={point.id} />}
        </>
      )}
    </div>
  );
}

interface PinnedPointsProps {
  /** All that can be drawn. */
  readonly sets: readonly GapSet[];
  readonly pinned: ReadonlySet<string>;
  readonly onPin: (point: DrawnPoint) => void;
}

export function PinnedPoints({ sets, pinned, onPin }: PinnedPointsProps) {
  const words = plotTexts.pin;
  const view = gapView(
    sets
      .map((set) => ({ ...set, points: set.points.filter(({ id }) => pinned.has(id)) }))
      .filter(({ points }) => points.length > 0),
  );
  const { points, images } = view;
  if (points.length === 0) return null;
  const names = setNames(view.sets, formatTime);
  const facts = points.map(pointFacts);
  return (
    <div className="pinned">
      <h3>{words.title}</h3>
      <p className="quiet-text">{words.images(images)}</p>
      <div className="table-frame">
        <table aria-label={words.title}>
          <thead>
            <tr>
              <th scope="col">{words.figure}</th>
              {points.map((point) => (
                <th key={point.id} scope="col">
                  {point.model}{' '}
                  <button
                    type="button"
                    className="quiet"
                    aria-label={words.unpin(point.model)}
                    title={words.unpin(point.model)}
                    onClick={() => onPin(point)}
                  >
                    ×
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">{plotTexts.series}</th>
              {points.map((point) => (
                <td key={point.id}>{names[point.index]}</td>
              ))}
            </tr>
            {(facts[0] ?? []).map(({ name }, row) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {points.map((point, column) => (
                  <td key={point.id}>
                    {facts[column]?.[row]?.value ?? <span className="unknown">{sharedTexts.unknown}</span>}
                  </td>
                ))}
              </tr>
            ))}
            {view.sets.some(({ origin }) => origin === 'measured') && (
              <tr>
                <th scope="row">{words.more}</th>
                {points.map((point) => (
                  <td key={point.id}>
                    {point.set.origin === 'measured' && (
                      <WaysOn runId={point.set.runId} measurementId={point.id} />
                    )}
                  </td>
                ))}
              </tr>
            )}
          </tbody>
        </table>
      </div>
    </div>
  );
}
