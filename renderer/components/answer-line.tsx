import type { Answer } from '../../core/analysis/answers/answer.ts';
import { sharedTexts } from '../texts/shared.ts';

/** The sentence that the page's reader came for, with its reason on demand. */
export function AnswerLine({ answer: { sentence, reason } }: { answer: Answer }) {
  return (
    <div className="answer">
      <p>
        <strong>{sentence}</strong>
      </p>
      <details className="help">
        <summary>{sharedTexts.reason}</summary>
        <p>{reason}</p>
      </details>
    </div>
  );
}
