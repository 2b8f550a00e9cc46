/** Two runs, or parts of them: what is better or worse, why, and what else differs. */

import { useState } from 'react';
import { comparisonAnswer } from '../../../core/analysis/answers/comparison.ts';
import { isProfile } from '../../../core/analysis/noise-test.ts';
import type { Comparison } from '../../../core/protocol/compare.ts';
import { type Sides, useComparablePair, useComparison, useRun, useRuns } from '../../api/queries.ts';
import { differenceTable, pairsWithin, sideOf, sidesOf, sideText } from '../../charts/compare-data.ts';
import { DataTable } from '../../charts/data-table.tsx';
import { Loading } from '../../components/loading.tsx';
import { NoRunsNotice } from '../../components/no-runs-notice.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { pageNames } from '../../texts/page-names.ts';
import { runTexts } from '../../texts/runs.ts';
import { terms } from '../../texts/terms.ts';
import { goToPage, useViewState } from '../../view-state.ts';
import { ComparedTable } from './compared-table.tsx';
import { DecideButton } from './decide-button.tsx';
import { IntervalPlot } from './interval-plot.tsx';
import { SideChoice } from './side-choice.tsx';
import { SideFacts } from './side-facts.tsx';
import { compareTexts } from './texts.ts';

export function ComparePage() {
  const words = compareTexts;
  const [view, changeView] = useViewState();
  const runs = useRuns();
  const profiles = runs.data?.filter(({ suite }) => isProfile(suite)).map(({ id }) => id) ?? [];
  const pair = useComparablePair(view.after === undefined ? undefined : sideOf(view.after).runId);
  const sides = sidesOf(pair.data, view);
  // The program refuses it too, but with a hint for the command line.
  const isSame = sides !== undefined && sideText(sides.before) === sideText(sides.after);
  const comparison = useComparison(isSame ? undefined : sides);
  const choose = (next: NonNullable<typeof sides>) =>
    changeView({
      before: sideText(next.before),
      after: sideText(next.after),
      row: undefined,
      part: undefined,
      why: undefined,
    });
  return (
    <>
      <PageHead title={pageNames.compare} help={words.help}>
        {runs.data !== undefined && sides !== undefined && (
          <>
            <SideChoice
              title={words.before}
              runs={runs.data}
              side={sides.before}
              onChoose={(before) => choose({ ...sides, before })}
            />
            <SideChoice
              title={words.after}
              runs={runs.data}
              side={sides.after}
              onChoose={(after) => choose({ ...sides, after })}
            />
          </>
        )}
        {sides !== undefined && (
          <button
            type="button"
            className="small"
            onClick={() => choose({ before: sides.after, after: sides.before })}
          >
            {words.swap}
          </button>
        )}
        <PairsWithin runId={sides?.after.runId ?? profiles[0]} onChoose={choose} />
      </PageHead>
      {runs.isError && <ErrorNotice error={runs.error} />}
      {runs.data?.length === 0 && <NoRunsNotice />}
      {profiles.length === 1 && sides === undefined && (
        <Notice title={words.fewRuns.title}>
          <p>{words.fewRuns.text}</p>
          <button type="button" className="primary" onClick={() => goToPage('profile')}>
            {runTexts.empty.toProfile}
          </button>
        </Notice>
      )}
      {isSame && (
        <Notice title={words.same.title}>
          <p>{words.same.text}</p>
        </Notice>
      )}
      {pair.isError && <ErrorNotice error={pair.error} />}
      {comparison.isError && <ErrorNotice error={comparison.error} />}
      {(runs.isPending || pair.isPending || comparison.isLoading) && <Loading />}
      {comparison.data !== undefined && sides !== undefined && (
        <Compared comparison={comparison.data} sides={sides} />
      )}
    </>
  );
}

interface PairsWithinProps {
  readonly runId: string | undefined;
  readonly onChoose: (pair: ReturnType<typeof pairsWithin>[number]) => void;
}

function PairsWithin({ runId, onChoose }: PairsWithinProps) {
  const run = useRun(runId);
  const pairs = runId === undefined ? [] : pairsWithin(runId, run.data?.measurements ?? []);
  if (pairs.length === 0) return null;
  return (
    <div className="pairs-within">
      <span>{compareTexts.within}</span>
      {pairs.map((pair) => (
        <button key={pair.name} type="button" className="small" onClick={() => onChoose(pair)}>
          {pair.name}
        </button>
      ))}
    </div>
  );
}

/** What the runs show, which ceilings moved, and what to do next; then every result on one axis. */
function Answer({ comparison, sides }: { comparison: Comparison; sides: Sides }) {
  const { headline, findings, ceilings, next } = comparisonAnswer(comparison);
  return (
    <section className="card" aria-label={compareTexts.answer}>
      <h2>{headline}</h2>
      <p>{findings.join(' ')}</p>
      {ceilings !== null && (
        <p className="warning-text">
          <strong>{ceilings.headline}:</strong> {ceilings.sentence}
        </p>
      )}
      {next.length > 0 && <p>{next.join(' ')}</p>}
      <DecideButton sides={sides} />
      {comparison.rows.length > 0 && <IntervalPlot rows={comparison.rows} />}
    </section>
  );
}

function Compared({ comparison, sides }: { comparison: Comparison; sides: Sides }) {
  const words = compareTexts;
  const { rows, unmatched, differences, before, after, counts } = comparison;
  return (
    <>
      {rows.length === 0 ? (
        <Notice title={words.nothing} />
      ) : (
        <>
          <Answer comparison={comparison} sides={sides} />
          <AllResults
            key={`${sideText(before)} ${sideText(after)}`}
            rows={rows}
            isOpen={counts.better + counts.worse > 0}
          />
        </>
      )}
      <section className="card" aria-label={words.differences}>
        <h2>{words.differences}</h2>
        <div className="both-sides">
          <SideFacts title={words.before} side={before} />
          <SideFacts title={words.after} side={after} />
        </div>
        {differences.length === 0 ? (
          <p>{words.noDifferences}</p>
        ) : (
          <DataTable label={words.differences} data={differenceTable(differences)} />
        )}
      </section>
      {unmatched.length > 0 && (
        <section className="card" aria-label={words.unmatched}>
          <h2>{words.unmatched}</h2>
          <ul className="bullets">
            {unmatched.map(({ side, model, provider, device, plan, dtype, batch, threads, reason }) => {
              const name = `${model} ${provider} ${plan} ${dtype} ${terms.batch.name.toLowerCase()} ${batch}`;
              return (
                <li key={[side, name, device, threads].join()}>
                  {words.unmatchedCase(name, words[side].toLowerCase())} {reason}
                </li>
              );
            })}
          </ul>
        </section>
      )}
    </>
  );
}

/** Folded without a verdict, when there is nothing to look up. */
function AllResults({ rows, isOpen }: { rows: Comparison['rows']; isOpen: boolean }) {
  const [view] = useViewState();
  const [open, setOpen] = useState(isOpen || view.row !== undefined || view.filter !== undefined);
  return (
    <details
      className="all-results"
      open={open}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary className="fold">{compareTexts.allResults(rows.length)}</summary>
      <ComparedTable rows={rows} />
    </details>
  );
}
