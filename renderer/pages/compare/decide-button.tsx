/** Measures on, where rows have no verdict: how long that may take, what of the two sides can grow, and the button. */
import { formatDecidePlan } from '../../../core/format/decide-plan.ts';
import { ApiError } from '../../../core/protocol/api.ts';
import { decideWithin } from '../../../core/protocol/compare.ts';
import { type Sides, useActiveRun, useDecide, useDecidePlan } from '../../api/queries.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { compareTexts } from './texts.ts';

export function DecideButton({ sides }: { sides: Sides }) {
  const plan = useDecidePlan(sides).data;
  const active = useActiveRun().data;
  const decide = useDecide();
  if (plan === undefined || plan.unclear === 0) return null;
  return (
    <>
      <p>{formatDecidePlan(plan, decideWithin)}</p>
      {plan.settleable > 0 && (
        <button
          type="button"
          className="primary"
          disabled={active != null || decide.isPending}
          onClick={() => decide.mutate(sides)}
        >
          {compareTexts.decide(Math.max(1, Math.round(plan.seconds / 60)))}
        </button>
      )}
      {decide.error instanceof ApiError && <ErrorNotice error={decide.error} onDismiss={decide.reset} />}
    </>
  );
}
