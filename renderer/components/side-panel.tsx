/** What a row or a mark opens: beside the page, which stays as it is. Escape closes it, and the focus goes back to where it came from. */
import { type ReactNode, useEffect, useRef } from 'react';
import { sharedTexts } from '../texts/shared.ts';

interface SidePanelProps {
  readonly title: string;
  /** With a chart or a table in it. */
  readonly wide?: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export function SidePanel({ title, wide = false, onClose, children }: SidePanelProps) {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    panel.current?.focus({ preventScroll: true });
    return () => {
      // Whoever has gone elsewhere meanwhile stays there.
      const isLost = document.activeElement === null || document.activeElement === document.body;
      if (isLost && opener instanceof HTMLElement) opener.focus({ preventScroll: true });
    };
  }, []);
  return (
    <section
      className={wide ? 'side-panel wide' : 'side-panel'}
      aria-label={title}
      ref={panel}
      tabIndex={-1}
      onKeyDown={({ key }) => key === 'Escape' && onClose()}
    >
      <div className="card-head">
        <h2>{title}</h2>
        <button type="button" onClick={onClose}>
          {sharedTexts.close}
        </button>
      </div>
      {children}
    </section>
  );
}
