import { formatProvider } from '../../../core/format/provider.ts';
import type { CompareSide } from '../../../core/protocol/compare.ts';
import type { RunSummary } from '../../../core/protocol/run.ts';
import { useRun } from '../../api/queries.ts';
import { sideOf } from '../../charts/compare-data.ts';
import { RunChooser } from '../../components/run-chooser.tsx';
import { texts } from '../../texts.ts';

interface SideChoiceProps {
  readonly title: string;
  readonly runs: readonly RunSummary[];
  readonly side: CompareSide;
  readonly onChoose: (side: CompareSide) => void;
}

/** A run, and whether all of it or only one provider's or plan's part. */
export function SideChoice({ title, runs, side, onChoose }: SideChoiceProps) {
  const words = texts.compare;
  const measurements = useRun(side.runId).data?.measurements ?? [];
  const choose = (change: Partial<Record<keyof CompareSide, string>>) =>
    onChoose(
      sideOf(
        [change.runId ?? side.runId, change.provider ?? side.provider, change.plan ?? side.plan].join('~'),
      ),
    );
  const field = (key: 'provider' | 'plan', format: (value: string) => string) => (
    <select
      aria-label={words.part(title, texts.terms[key].name)}
      value={side[key] ?? ''}
      onChange={({ target }) => choose({ [key]: target.value })}
    >
      <option value="">{words.every(texts.terms[key].name.toLowerCase())}</option>
      {[...new Set([...measurements.map((row) => row[key]), side[key] ?? []].flat())].map((value) => (
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
    </fieldset>
  );
}
