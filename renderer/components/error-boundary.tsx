import { Component, type ReactNode } from 'react';
import { connectionTexts } from '../texts/connection.ts';
import { sharedTexts } from '../texts/shared.ts';
import { Notice } from './notice.tsx';

interface State {
  readonly error: unknown;
}

/** A defect of the page ends in a sentence and a way out, not in a blank window. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <main className="connection">
        <Notice title={sharedTexts.error.title} tone="error">
          <p>{sharedTexts.error.broken}</p>
          <p>{error instanceof Error ? error.message : String(error)}</p>
          <button type="button" onClick={() => location.reload()}>
            {connectionTexts.reload}
          </button>
        </Notice>
      </main>
    );
  }
}
