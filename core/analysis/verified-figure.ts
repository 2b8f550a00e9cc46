/** Whether a figure that was measured again is still the same. */

import type { Comparison, VerifiedFigure } from '../protocol/compare.ts';
import type { Case } from '../protocol/run.ts';
import { caseKey } from './figures.ts';

/** From the comparison of its run, which may have measured much else, with the run that measured only it again. */
export function verifiedFigure(comparison: Comparison, measurementId: string, of: Case): VerifiedFigure {
  const { differences, after } = comparison;
  const row = comparison.rows.find(({ before }) => before.measurementId === measurementId);
  if (row === undefined) {
    const key = caseKey(of);
    const lost = comparison.unmatched.find((one) => caseKey(one) === key);
    const reason = lost?.reason ?? after.run.reason ?? 'It was not measured again.';
    return { agreement: 'cannot tell', reason, row: null, differences };
  }
  const agreement =
    row.verdict === 'SAME' ? 'agrees' : row.verdict === 'UNCLEAR' ? 'cannot tell' : 'disagrees';
  return { agreement, reason: row.reason, row, differences };
}
