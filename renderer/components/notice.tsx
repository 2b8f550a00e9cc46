import type { ReactNode } from 'react';
import { ApiError } from '../../core/protocol/api.ts';
import { sharedTexts } from '../texts/shared.ts';

interface NoticeProps {
  readonly title: string;
  readonly children?: ReactNode;
  readonly tone?: 'plain' | 'warning' | 'error';
}

/** A sentence that stands for itself: nothing there yet, something amiss, something to do. */
export function Notice({ title, children, tone = 'plain' }: NoticeProps) {
  return (
    <section className={`notice ${tone}`} role={tone === 'error' ? 'alert' : undefined}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

interface ErrorNoticeProps {
  readonly error: unknown;
  readonly onDismiss?: () => void;
}

export function ErrorNotice({ error, onDismiss }: ErrorNoticeProps) {
  const hint = error instanceof ApiError ? error.hint : null;
  return (
    <Notice title={sharedTexts.error.title} tone="error">
      <p>{error instanceof Error ? error.message : String(error)}</p>
      {hint !== null && <p>{hint}</p>}
      {onDismiss !== undefined && (
        <button type="button" onClick={onDismiss}>
          {sharedTexts.error.dismiss}
        </button>
      )}
    </Notice>
  );
}
