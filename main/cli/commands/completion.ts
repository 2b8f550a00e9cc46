/** `plimsoll completion`: a script for the user's shell, made from the commands and options that there are. */
import type { Command } from 'commander';
import { parseChoices } from '../choices.ts';
import type { CommandContext } from '../context.ts';
import { completionScript, shells } from '../format/completion.ts';

export function addCompletion(program: Command, { terminal }: CommandContext): void {
  program
    .command('completion')
    .description('print a script that completes commands and options in your shell')
    .argument('<shell>', shells.join(', '))
    .addHelpText(
      'after',
      [
        '',
        'bash  source <(plimsoll completion bash)',
        'zsh   source <(plimsoll completion zsh)    after compinit',
        'fish  plimsoll completion fish | source',
      ].join('\n'),
    )
    .action((name: string) => {
      const [shell = 'bash'] = parseChoices('shell', [name], shells);
      terminal.out(completionScript(shell, program));
    });
}
