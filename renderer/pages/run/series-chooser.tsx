/** What the plot draws: of which runs, and what of each. */
import { useState } from 'react';
import { environmentDifferences, surroundingsOf } from '../../../core/analysis/environment-differences.ts';
import { familyStyle } from '../../../core/charts/family-style.ts';
import {
  type GapSet,
  type MeasuredSet,
  maximumSets,
  publishedSets,
  setNames,
} from '../../../core/charts/gap-sets.ts';
import { formatTime } from '../../../core/format/units.ts';
import type { RunReport, RunSummary } from '../../../core/protocol/run.ts';
import { useActiveRun, useDetectedMachine } from '../../api/queries.ts';
import { RunChooser } from '../../components/run-chooser.tsx';
import { sharedTexts } from '../../texts/shared.ts';
import { useViewState } from '../../view-state.ts';
import { plotTexts } from './plot-texts.ts';

interface SeriesChooserProps {
  /** The page's own run first. */
  readonly reports: readonly RunReport[];
  readonly setsOfRuns: readonly (readonly MeasuredSet[])[];
  readonly chosen: readonly GapSet[];
  /** All that are stored. */
  readonly runs: readonly RunSummary[];
}

export function SeriesChooser(props: SeriesChooserProps) {
  const { chosen } = props;
  const words = plotTexts.chooser;
  // What is not seen is not looked up either: which machine this is takes a moment to find.
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details
      className="series-chooser"
      open={isOpen}
      onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}
    >
      <summary>{words.summary(chosen.length)}</summary>
      {isOpen && <SeriesChoices {...props} />}
    </details>
  );
}

function SeriesChoices({ reports, setsOfRuns, chosen, runs }: SeriesChooserProps) {
  const words = plotTexts.chooser;
  const [view, changeView] = useViewState();
  const keys = chosen.map(({ key }) => key);
  const change = (next: readonly string[]) => changeView({ sets: next.join('|') });
  const toggle = (key: string) =>
    change(keys.includes(key) ? keys.filter((one) => one !== key) : [...keys, key]);
  const isFull = keys.length >= maximumSets;
  const others = view.with?.split('|') ?? [];
  const shownRuns = new Set(reports.map(({ run }) => run.id));
  const addRun = (runId: string) =>
    changeView({
      with: [...others, runId].join('|'),
      // What of it is drawn is known once it is read.
      ...(view.sets !== undefined && { sets: [...keys, runId].join('|') }),
    });
  const removeRun = (runId: string) =>
    changeView({
      with: others.filter((one) => one !== runId).join('|') || undefined,
      ...(view.sets !== undefined && { sets: keys.filter((key) => !key.startsWith(`${runId}~`)).join('|') }),
    });
  const [first] = reports;
  return (
    <>
      {isFull && <p className="warning-text">{words.full(maximumSets)}</p>}
      {reports.map((report, index) => {
        const title = `${formatTime(report.run.startedAt)} · ${report.run.suite}`;
        return (
          <fieldset key={report.run.id}>
            <legend>
              {title} · <Origin report={report} />
            </legend>
            {first !== undefined && index > 0 && <Differences first={first} other={report} />}
            <Choices sets={setsOfRuns[index] ?? []} {...{ keys, isFull, toggle }} />
            {index > 0 && (
              <button type="button" className="small" onClick={() => removeRun(report.run.id)}>
                {words.remove(title)}
              </button>
            )}
          </fieldset>
        );
      })}
      <fieldset>
        <legend>{words.published}</legend>
        <p className="quiet-text">{words.publishedNote}</p>
        <Choices sets={publishedSets} {...{ keys, isFull, toggle }} />
      </fieldset>
      <Families sets={chosen} />
      {reports.length < maximumSets && (
        <RunChooser
          label={words.add}
          runs={runs.filter(({ id }) => !shownRuns.has(id))}
          runId=""
          onChoose={addRun}
        />
      )}
      {view.sets !== undefined && (
        <button type="button" className="small" onClick={() => changeView({ sets: undefined })}>
          {words.default}
        </button>
      )}
    </>
  );
}

interface ChoicesProps {
  readonly sets: readonly GapSet[];
  readonly keys: readonly string[];
  readonly isFull: boolean;
  readonly toggle: (key: string) => void;
}

function Choices({ sets, keys, isFull, toggle }: ChoicesProps) {
  const names = setNames(sets, formatTime);
  return (
    <div className="choices">
      {sets.map(({ key, points }, index) => (
        <label key={key} className="switch">
          <input
            type="checkbox"
            checked={keys.includes(key)}
            disabled={isFull && !keys.includes(key)}
            onChange={() => toggle(key)}
          />
          {names[index]} <small>{plotTexts.chooser.points(points.length)}</small>
        </label>
      ))}
    </div>
  );
}

function Families({ sets }: { sets: readonly GapSet[] }) {
  const [view, changeView] = useViewState();
  const families = new Set(sets.flatMap(({ points }) => points.map(({ family }) => family)));
  if (families.size < 2) return null;
  const without = view.without?.split('|') ?? [];
  return (
    <fieldset>
      <legend>{plotTexts.chooser.families}</legend>
      <div className="choices">
        {[...families].map((family) => (
          <label key={family} className="switch">
            <input
              type="checkbox"
              checked={!without.includes(family)}
              onChange={({ target }) => {
                const others = without.filter((one) => one !== family);
                changeView({
                  without: (target.checked ? others : [...others, family]).join('|') || undefined,
                });
              }}
            />
            {familyStyle(family).title}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** Looking at the machine while it is measured would be measured too; then only its name is told. */
function Origin({ report: { run } }: { report: RunReport }) {
  const words = plotTexts.chooser;
  const active = useActiveRun();
  const here = useDetectedMachine(active.data === null).data?.machine.id;
  if (here === undefined) return run.machineName;
  return here === run.machineId ? words.here : words.elsewhere(run.machineName);
}

function Differences({ first, other }: { first: RunReport; other: RunReport }) {
  const words = plotTexts.chooser;
  const surroundings = ({ machine, providers }: RunReport) => surroundingsOf(machine, providers);
  const differences = environmentDifferences(surroundings(first), surroundings(other));
  if (differences.length === 0) return <p className="quiet-text">{words.sameSurroundings}</p>;
  return (
    <p className="quiet-text">
      {words.differs}{' '}
      {differences
        .map(
          ({ what, before, after }) =>
            `${what} ${before ?? sharedTexts.unknown} → ${after ?? sharedTexts.unknown}`,
        )
        .join(', ')}
    </p>
  );
}
