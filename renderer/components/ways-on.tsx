import { pageNames } from '../texts/page-names.ts';
import { formatViewState } from '../view-state.ts';

interface WaysOnProps {
  readonly runId: string;
  readonly measurementId: string;
  readonly children?: React.ReactNode;
}

/** To the pages that say more about a measurement. */
export function WaysOn({ runId, measurementId, children }: WaysOnProps) {
  return (
    <span className="ways-on">
      {(['gap', 'waterline', 'roofline', 'layers'] as const).map((page) => (
        <a key={page} href={formatViewState({ page, run: runId, measurement: measurementId })}>
          {pageNames[page]}
        </a>
      ))}
      {children}
    </span>
  );
}
