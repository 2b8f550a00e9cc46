/** Light or dark: as the system says, until the user says otherwise, and again when the user says so. */
import { useSyncExternalStore } from 'react';

export type Theme = 'light' | 'dark';
export const themeChoices = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof themeChoices)[number];

const storageKey = 'plimsoll.theme';
const systemDark = () => matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();
const choosers = new Set<(choice: ThemeChoice) => void>();

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

/** What the user chose; `system` forgets the choice. */
export function setTheme(theme: ThemeChoice): void {
  keepTheme(theme);
  for (const chosen of choosers) chosen(theme);
}

/** Told whenever the user chooses. Returns the function that ends it. */
export function onThemeChosen(chosen: (choice: ThemeChoice) => void): () => void {
  choosers.add(chosen);
  return () => {
    choosers.delete(chosen);
  };
}

/** Here the choice of the settings is kept as well, so that the page need not wait for them to have its colours. */
export function keepTheme(theme: ThemeChoice): void {
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
