/** Light or dark: as the system says, until the user says otherwise, and again when the user says so. */
import { useSyncExternalStore } from 'react';

export type Theme = 'light' | 'dark';

const storageKey = 'plimsoll.theme';
const systemDark = () => matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

function storedTheme(): Theme | undefined {
  try {
    const stored = localStorage.getItem(storageKey);
    return stored === 'light' || stored === 'dark' ? stored : undefined;
  } catch {
    // A browser may forbid it; then the choice lasts as long as the page.
    return undefined;
  }
}

export function applyStoredTheme(): void {
  document.documentElement.dataset.theme = storedTheme() ?? (systemDark().matches ? 'dark' : 'light');
}

/** `system` forgets the choice. */
export function setTheme(theme: Theme | 'system'): void {
  try {
    if (theme === 'system') localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, theme);
  } catch {
    // See storedTheme.
  }
  if (theme === 'system') applyStoredTheme();
  else document.documentElement.dataset.theme = theme;
  for (const listener of listeners) listener();
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, currentTheme);
}

export function currentTheme(): Theme {
  return document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light';
}

function subscribe(listener: () => void): () => void {
  const follow = () => {
    if (storedTheme() === undefined) applyStoredTheme();
    listener();
  };
  const query = systemDark();
  query.addEventListener('change', follow);
  listeners.add(listener);
  return () => {
    query.removeEventListener('change', follow);
    listeners.delete(listener);
  };
}
