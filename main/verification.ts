/** Whether a figure that was measured again is still the same. */
import type { Comparison, VerifiedFigure } from '../core/protocol/compare.ts';

/** From the comparison of its run with the run that measured it again. */
export function verifiedFigure(comparison: Comparison, measurementId: string): VerifiedFigure {
  const { differences } = comparison;
  const row = comparison.rows.find(({ before }) => before.measurementId === measurementId);
  if (row === undefined) {
    const lost = comparison.unmatched.find(({ side }) => side === 'after') ?? comparison.unmatched[0];
    const reason = lost?.reason ?? 'It was not measured again.';
    return { agreement: 'cannot tell', reason, row: null, differences };
  }
  const agreement =
    row.verdict === 'SAME' ? 'agrees' : row.verdict === 'UNCLEAR' ? 'cannot tell' : 'disagrees';
  return { agreement, reason: row.reason, row, differences };
}
