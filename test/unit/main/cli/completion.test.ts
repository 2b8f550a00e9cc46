/** The scripts in real shells: sourced, then asked what follows. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { runPlimsoll } from '../../../../main/cli/program.ts';
import { FakeApi } from '../../../fixtures/api/fake-api.ts';
import { memoryTerminal } from '../../../fixtures/api/memory-terminal.ts';

async function script(shell: string): Promise<string> {
  const terminal = memoryTerminal();
  await runPlimsoll(['completion', shell], { terminal, api: new FakeApi({}) });
  return terminal.output.join('\n');
}

/** The words that a shell offers after `line`. */
const ask = {
  bash: (line: string) =>
    `COMP_WORDS=(${line} ''); COMP_WORDS=("\${COMP_WORDS[@]}"); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _plimsoll; printf '%s\\n' "\${COMPREPLY[@]}"`,
  // Outside of the line editor its builtins are not there: these stand-ins print what they would be given.
  zsh: (line: string) =>
    `words=(${line} ''); CURRENT=$#words; _describe() { print -rl -- "\${(@P)2}"; }; _files() { :; }; _plimsoll | sed 's/:.*//'`,
  fish: (line: string) => `complete -C '${line} ' | string replace -r '\\t.*' ''`,
};

describe.each(['bash', 'zsh', 'fish'] as const)('completion in %s', (shell) => {
  const isInstalled = spawnSync(shell, ['-c', 'true']).status === 0;
  const setUp = shell === 'zsh' ? 'compdef() { :; }\n' : '';

  it.skipIf(!isInstalled)('offers commands, their own commands and options', async () => {
    const text = await script(shell);
    const offered = (line: string) => {
      const { stdout, stderr } = spawnSync(shell, ['-c', `${setUp}${text}\n${ask[shell](line)}`], {
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      return stdout.split('\n');
    };
    expect(offered('plimsoll')).toEqual(expect.arrayContaining(['profile', 'show', 'open', 'completion']));
    expect(offered('plimsoll machines')).toEqual(expect.arrayContaining(['label', 'price']));
    const options = shell === 'fish' ? offered('plimsoll show --') : offered('plimsoll show latest');
    if (shell !== 'fish') expect(options).toEqual(expect.arrayContaining(['--warnings', '--json']));
    expect(options).not.toContain('profile');
  });
});

it('refuses a shell that it does not know, and names those that it does', async () => {
  const terminal = memoryTerminal();
  const exitCode = await runPlimsoll(['completion', 'tcsh'], { terminal, api: new FakeApi({}) });
  expect(exitCode).toBe(2);
  expect(terminal.errors.join()).toContain('fish');
});
