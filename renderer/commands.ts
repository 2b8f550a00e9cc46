/** What can be done from anywhere: the one list behind the command palette, the keys and the list of keys. */
import { askForFiles } from './components/import-desk.tsx';
import { pages } from './pages/registry.ts';
import { commandTexts } from './texts/commands.ts';
import { importTexts } from './texts/imports.ts';
import { sharedTexts } from './texts/shared.ts';
import { currentTheme, setTheme } from './theme.ts';
import { goToPage } from './view-state.ts';

export interface Command {
  readonly id: string;
  readonly title: string;
  /** Pressed one after the other; the palette's own key is no command, for it opens the list of them. */
  readonly keys?: readonly string[];
  readonly run: () => void;
}

export const commands: readonly Command[] = [
  ...pages.map(
    ({ id, title, key }): Command => ({
      id: `page.${id}`,
      title: commandTexts.goTo(title),
      keys: ['g', key],
      run: () => goToPage(id),
    }),
  ),
  { id: 'runs.import', title: importTexts.choose, keys: ['i'], run: askForFiles },
  {
    id: 'theme.other',
    title: commandTexts.otherTheme,
    keys: ['t'],
    run: () => setTheme(currentTheme() === 'dark' ? 'light' : 'dark'),
  },
  { id: 'theme.light', title: sharedTexts.theme.toLight, run: () => setTheme('light') },
  { id: 'theme.dark', title: sharedTexts.theme.toDark, run: () => setTheme('dark') },
  { id: 'theme.system', title: sharedTexts.theme.toSystem, run: () => setTheme('system') },
];

/** Commands whose title has every word of the query in it, in any order. */
export function findCommands(all: readonly Command[], query: string): readonly Command[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter(({ title }) => words.every((word) => title.toLowerCase().includes(word)));
}

/** The command that these keys are, or whether they are the beginning of one. */
export function matchKeys(
  all: readonly Command[],
  pressed: readonly string[],
): { readonly command: Command } | 'beginning' | undefined {
  const starting = all.filter(({ keys }) => keys !== undefined && pressed.every((key, i) => keys[i] === key));
  const command = starting.find(({ keys }) => keys?.length === pressed.length);
  if (command !== undefined) return { command };
  return starting.length > 0 ? 'beginning' : undefined;
}
