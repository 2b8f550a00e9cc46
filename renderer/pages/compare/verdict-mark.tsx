import type { Verdict } from '../../../core/protocol/compare.ts';
import { compareTexts } from './texts.ts';

export function VerdictMark({ verdict }: { verdict: Verdict }) {
  return (
    <strong className={`verdict-mark ${verdict.toLowerCase()}`}>
      <span aria-hidden="true">{compareTexts.verdictMarks[verdict]}</span> {verdict}
    </strong>
  );
}
