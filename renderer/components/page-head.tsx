import type { ReactNode } from 'react';

interface PageHeadProps {
  readonly title: string;
  /** What the page answers. */
  readonly sentence: string;
  /** What is chosen here. */
  readonly children?: ReactNode;
}

export function PageHead({ title, sentence, children }: PageHeadProps) {
  return (
    <div className="page-head">
      <h2>{title}</h2>
      <p>{sentence}</p>
      {children !== undefined && <div className="page-controls">{children}</div>}
    </div>
  );
}
