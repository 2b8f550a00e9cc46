import { formatProvider } from '../../../core/format/provider.ts';
import { type CompareSide, type PartField, partFields } from '../../../core/protocol/compare.ts';
import type { RunSummary } from '../../../core/protocol/run.ts';
import { useRun } from '../../api/queries.ts';
import { sideOf } from '../../charts/compare-data.ts';
import { RunChooser } from '../../components/run-chooser.tsx';
import { terms } from '../../texts/terms.ts';
import { compareTexts } from './texts.ts';

interface SideChoiceProps {
  readonly title: string;
  readonly runs: readonly RunSummary[];
  readonly side: CompareSide;
  readonly onChoose: (side: CompareSide) => void;
}

/** A run, and whether all of it or only a part: of one provider, plan, data type or number of threads. */
export function SideChoice({ title, runs, side, onChoose }: SideChoiceProps) {
  const words = compareTexts;
  const measurements = useRun(side.runId).data?.measurements ?? [];
  const choose = (change: Partial<Record<keyof CompareSide, string>>) =>
    onChoose(
      sideOf((['runId', ...partFields] as const).map((key) => change[key] ?? side[key] ?? '').join('~')),
    );
  const valuesOf = (key: PartField) => [
    ...new Set([...measurements.map((row) => row[key]), side[key] ?? []].flat().map(String)),
  ];
  const field = (key: PartField, format: (value: string) => string) => (
    <select
      key={key}
      aria-label={words.part(title, terms[key].name)}
      value={side[key] ?? ''}
      onChange={({ target }) => choose({ [key]: target.value })}
    >
      <option value="">{words.every(terms[key].name.toLowerCase())}</option>
      {valuesOf(key).map((value) => (
        <option key={value} value={value}>
          {format(value)}
        </option>
      ))}
    </select>
  );
  return (
    <fieldset className="side-choice">
      <RunChooser label={title} runs={runs} runId={side.runId} onChoose={(runId) => choose({ runId })} />
      {field('provider', formatProvider)}
      {field('plan', String)}
      {/* Most runs have one of these; then there is nothing to choose. */}
      {(['dtype', 'threads'] as const)
        .filter((key) => side[key] !== undefined || valuesOf(key).length > 1)
        .map((key) => field(key, String))}
    </fieldset>
  );
}
