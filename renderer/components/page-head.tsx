import type { ReactNode } from 'react';
import { sharedTexts } from '../texts/shared.ts';

interface PageHeadProps {
  readonly title: string;
  /** What the page answers. */
  readonly sentence?: string;
  /** How to read it, for whoever asks. */
  readonly help?: string;
  /** What is chosen here. */
  readonly children?: ReactNode;
}

export function PageHead({ title, sentence, help, children }: PageHeadProps) {
  return (
    <div className="page-head">
      <h2>{title}</h2>
      {help !== undefined && (
        <details className="help">
          <summary>{sharedTexts.help}</summary>
          <p>{help}</p>
        </details>
      )}
      {sentence !== undefined && <p>{sentence}</p>}
      {children !== undefined && <div className="page-controls">{children}</div>}
    </div>
  );
}
