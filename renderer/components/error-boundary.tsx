import { Component, type ReactNode } from 'react';
import { texts } from '../texts.ts';
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
        <Notice title={texts.error.title} tone="error">
          <p>{texts.error.broken}</p>
          <p>{error instanceof Error ? error.message : String(error)}</p>
          <button type="button" onClick={() => location.reload()}>
            {texts.connection.reload}
          </button>
        </Notice>
      </main>
    );
  }
}
