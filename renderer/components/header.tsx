import type { ReactNode } from 'react';
import { sharedTexts } from '../texts/shared.ts';
import { setTheme, useTheme } from '../theme.ts';

interface HeaderProps {
  readonly version: string | undefined;
  readonly children?: ReactNode;
}

export function Header({ version, children }: HeaderProps) {
  const theme = useTheme();
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <header className="header">
      <svg className="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
        <circle cx="16" cy="16" r="10.5" fill="none" stroke="currentColor" strokeWidth="3" />
        <path d="M2 16h28" stroke="currentColor" strokeWidth="3" />
      </svg>
      <h1>{sharedTexts.name}</h1>
      <p>{sharedTexts.tagline}</p>
      {children}
      {version !== undefined && <span className="version">{version}</span>}
      <button
        type="button"
        className="quiet"
        aria-label={other === 'dark' ? sharedTexts.theme.toDark : sharedTexts.theme.toLight}
        title={other === 'dark' ? sharedTexts.theme.toDark : sharedTexts.theme.toLight}
        onClick={() => setTheme(other)}
      >
        <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
          <circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" strokeWidth="1.6" />
          <path d="M10 3a7 7 0 0 1 0 14Z" fill="currentColor" />
        </svg>
      </button>
    </header>
  );
}
