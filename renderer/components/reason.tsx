import { sharedTexts } from '../texts/shared.ts';

/** Why an answer is as it is, for whoever asks. */
export function Reason({ text }: { text: string }) {
  if (text === '') return null;
  return (
    <details className="reason">
      <summary>{sharedTexts.why}</summary>
      <p>{text}</p>
    </details>
  );
}
