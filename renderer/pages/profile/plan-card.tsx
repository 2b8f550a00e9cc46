/** What it will take: the cases, what cannot be measured and why, and the time. */
import type { ReactNode } from 'react';
import { formatSeconds } from '../../../core/format/units.ts';
import type { RunPlan, RunRequest } from '../../../core/protocol/api.ts';
import { useRunPlan } from '../../api/queries.ts';
import { DataTable } from '../../charts/data-table.tsx';
import { Loading } from '../../components/loading.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import type { Missing } from './run-request.ts';
import { profileTexts } from './texts.ts';

interface PlanCardProps {
  readonly request: RunRequest | undefined;
  readonly missing: Missing | undefined;
  readonly children: ReactNode;
}

export function PlanCard({ request, missing, children }: PlanCardProps) {
  const words = profileTexts.plan;
  const plan = useRunPlan(request);
  return (
    <section className="card plan-card" aria-label={words.title}>
      <h2>{words.title}</h2>
      <div aria-live="polite">
        {missing !== undefined && <p className="warning-text">{words.missing[missing]}</p>}
        {missing === undefined && plan.isError && <ErrorNotice error={plan.error} />}
        {plan.isLoading && <Loading />}
        {missing === undefined && !plan.isError && plan.data !== undefined && <Summary plan={plan.data} />}
      </div>
      {children}
    </section>
  );
}

function Summary({ plan: { cases, impossible, expectedSeconds, rounds, knownCases } }: { plan: RunPlan }) {
  const words = profileTexts.plan;
  return (
    <>
      {cases.length > 0 && (
        <>
          <p>
            <strong>{words.takes(cases.length, formatSeconds(expectedSeconds))}</strong>
          </p>
          <p className="quiet-text">
            {words.rounds(rounds)} {words.basis(knownCases, cases.length)}
          </p>
        </>
      )}
      {impossible.length > 0 && (
        <>
          <p>{words.impossible}</p>
          <ul className="bullets">
            {impossible.map((sentence) => (
              <li key={sentence} className="warning-text">
                {sentence}
              </li>
            ))}
          </ul>
        </>
      )}
      {cases.length > 0 && (
        <details>
          <summary>{words.cases}</summary>
          <DataTable
            label={words.cases}
            data={{
              columns: words.columns,
              rows: cases.map(({ model, provider, plan, dtype, batch, threads }) => [
                model,
                provider,
                plan,
                dtype,
                batch,
                threads,
              ]),
            }}
          />
        </details>
      )}
    </>
  );
}
