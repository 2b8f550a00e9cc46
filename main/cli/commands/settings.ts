import type { Command } from 'commander';
import { providerNames, type Settings, SettingsSchema } from '../../../core/protocol/api.ts';
import { parseChoices } from '../choices.ts';
import { type CommandContext, parseNames, printJson } from '../context.ts';
import { formatTable } from '../format/table.ts';

interface SettingsOptions {
  theme?: string;
  suite?: string;
  providers?: string[];
  softwareAdapters?: string;
  json?: true;
}

export function addSettings(program: Command, context: CommandContext): void {
  const { api, terminal } = context;
  program
    .command('settings')
    .description('what is measured where nothing else is said, and how the app looks: show it, or change it')
    .option('--theme <name>', `of ${SettingsSchema.shape.theme.options.join(', ')}`)
    .option('--suite <name>', 'of a run that names none')
    .option('--providers <names>', `of ${providerNames.join(', ')}; of a run that names none`, parseNames)
    .option('--software-adapters <yes|no>', 'whether providers are offered that have nothing but one')
    .option('--json', 'print them as JSON')
    .action(async (options: SettingsOptions) => {
      const change = changeOf(options);
      const { settings, problem, dataFolder } =
        Object.keys(change).length === 0
          ? await api.call('settings.get', {})
          : await api.call('settings.change', change);
      if (problem !== null) terminal.err(problem);
      if (options.json) return printJson(terminal, { ...settings, dataFolder });
      const rows = Object.entries({ ...wordsOf(settings), 'data folder': dataFolder });
      terminal.out(
        formatTable(
          terminal,
          [
            { title: 'setting', cell: ([name]) => name },
            { title: 'value', cell: ([, value]) => value },
          ],
          rows,
        ),
      );
    });
}

function changeOf({ theme, suite, providers, softwareAdapters }: SettingsOptions): Partial<Settings> {
  const [look] = parseChoices(
    'theme',
    theme === undefined ? [] : [theme],
    SettingsSchema.shape.theme.options,
  );
  const [offered] = parseChoices('answer', softwareAdapters === undefined ? [] : [softwareAdapters], [
    'yes',
    'no',
  ]);
  return {
    ...(look !== undefined && { theme: look }),
    ...(suite !== undefined && { suite }),
    ...(providers !== undefined && { providers: parseChoices('provider', providers, providerNames) }),
    ...(offered !== undefined && { softwareAdapters: offered === 'yes' }),
  };
}

/** By the options that change them. */
function wordsOf({ theme, suite, providers, softwareAdapters }: Settings): Record<string, string> {
  return {
    theme,
    suite,
    providers: providers.join(', '),
    'software-adapters': softwareAdapters ? 'yes' : 'no',
  };
}
