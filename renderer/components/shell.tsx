/** What surrounds every page: where one can go, the keys and the command palette. */

import { useCallback, useEffect, useRef, useState } from 'react';
import { isProfile } from '../../core/analysis/noise-test.ts';
import { useActiveRun, useChangeSettings, useLiveUpdates, useSettings } from '../api/queries.ts';
import { type Page, pageGroups } from '../pages/page.ts';
import { pageOf, pages } from '../pages/registry.ts';
import { commandTexts } from '../texts/commands.ts';
import { sharedTexts } from '../texts/shared.ts';
import { shellTexts } from '../texts/shell.ts';
import { keepTheme, onThemeChosen } from '../theme.ts';
import { addressOfPage, goToPage, useViewState } from '../view-state.ts';
import { CommandPalette } from './command-palette.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { Header } from './header.tsx';
import { ImportDesk } from './import-desk.tsx';
import { KeyList } from './key-list.tsx';
import { useKeys } from './use-keys.ts';

interface ShellProps {
  readonly version: string;
  readonly onInterruption: (listener: () => void) => () => void;
}

export function Shell({ version, onInterruption }: ShellProps) {
  useLiveUpdates(onInterruption);
  useFollowActiveRun();
  useStoredTheme();
  const [view, changeView] = useViewState();
  const [dialog, setDialog] = useState<'palette' | 'keys'>();
  useKeys({
    onPalette: useCallback(() => setDialog('palette'), []),
    onHelp: useCallback(() => setDialog('keys'), []),
  });
  const page = pageOf(view.page);
  const main = useFocusOnChange(page);
  const Content = page.component;
  return (
    <>
      <button type="button" className="skip-link" onClick={() => main.current?.focus()}>
        {shellTexts.skip}
      </button>
      <Header version={version}>
        <button type="button" className="palette-button" onClick={() => setDialog('palette')}>
          {commandTexts.palette} <kbd>{commandTexts.paletteKeys}</kbd>
        </button>
      </Header>
      <div className="shell">
        <Navigation current={page} />
        <main ref={main} tabIndex={-1}>
          <ImportDesk
            onShow={(imported) => {
              if (imported.kind === 'network') {
                goToPage('models');
                changeView({ model: imported.name });
              } else {
                changeView({ run: imported.runId, measurement: undefined, sets: undefined });
                goToPage('gap');
              }
            }}
          />
          <ErrorBoundary key={page.id}>
            <Content />
          </ErrorBoundary>
        </main>
      </div>
      {dialog === 'palette' && <CommandPalette onClose={() => setDialog(undefined)} />}
      {dialog === 'keys' && <KeyList onClose={() => setDialog(undefined)} />}
    </>
  );
}

function Navigation({ current }: { current: Page }) {
  const [view] = useViewState();
  return (
    <nav className="navigation" aria-label={shellTexts.navigation}>
      {pageGroups.map((group) => {
        const members = pages.filter((page) => page.group === group && page.tabOf === undefined);
        if (members.length === 0) return null;
        return (
          <div key={group}>
            <h2 id={`pages-${group}`}>{shellTexts.groups[group]}</h2>
            <ul aria-labelledby={`pages-${group}`}>
              {members.map((page) => (
                <li key={page.id}>
                  <a
                    href={addressOfPage(view, page.id)}
                    aria-current={page.id === (current.tabOf ?? current.id) ? 'page' : undefined}
                    title={shellTexts.keyHint(page.key)}
                    onClick={(event) => {
                      // With Ctrl, Cmd or Shift it is the browser's own: another tab or window.
                      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                      event.preventDefault();
                      goToPage(page.id);
                    }}
                  >
                    {page.title}
                  </a>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </nav>
  );
}

/** A run that begins is what one wants to see, however it was begun. */
function useFollowActiveRun(): void {
  const [, changeView] = useViewState();
  const active = useActiveRun().data;
  // A figure that is measured again leaves its reader where the button is.
  const activeId = active != null && isProfile(active.suite) ? active.runId : null;
  const isKnown = active !== undefined;
  const seen = useRef<string | null>(undefined);
  useEffect(() => {
    if (!isKnown) return;
    // One that was going on when the page was opened leaves alone what the address names.
    const begins = seen.current !== undefined && activeId !== null && activeId !== seen.current;
    seen.current = activeId;
    if (begins) changeView({ run: undefined, measurement: undefined, sets: undefined });
  }, [isKnown, activeId, changeView]);
}

/** The theme of the settings holds, and what is chosen anywhere is kept there. */
function useStoredTheme(): void {
  const theme = useSettings().data?.settings.theme;
  const { change } = useChangeSettings();
  useEffect(() => theme && keepTheme(theme), [theme]);
  useEffect(() => onThemeChosen((chosen) => change({ theme: chosen })), [change]);
}

/** Names the window after the page, and takes the reader's place to its beginning when it changes. */
function useFocusOnChange(page: Page): React.RefObject<HTMLElement | null> {
  const main = useRef<HTMLElement>(null);
  const shown = useRef(page);
  useEffect(() => {
    document.title = `${page.title} · ${sharedTexts.name}`;
    if (shown.current === page) return;
    shown.current = page;
    main.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [page]);
  return main;
}
