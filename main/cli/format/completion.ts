/** Completion scripts. All three shells get the same words: what may follow each path of commands. */
import type { Command } from 'commander';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

interface Word {
  readonly word: string;
  readonly description: string;
}

/** By path (`plimsoll`, `plimsoll machines label`): commands and options that may follow. */
export function wordsByPath(program: Command): ReadonlyMap<string, readonly Word[]> {
  const found = new Map<string, Word[]>();
  const visit = (command: Command, path: string) => {
    found.set(path, [
      ...command.commands.map((child) => ({ word: child.name(), description: child.description() })),
      ...command.options.flatMap(({ long, description }) => (long ? [{ word: long, description }] : [])),
      { word: '--help', description: 'show help' },
    ]);
    for (const child of command.commands) visit(child, `${path} ${child.name()}`);
  };
  visit(program, program.name());
  return found;
}

export function completionScript(shell: Shell, program: Command): string {
  const paths = wordsByPath(program);
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](paths, program.name());
}

type Paths = ReadonlyMap<string, readonly Word[]>;

function bashScript(paths: Paths, name: string): string {
  const cases = [...paths].map(
    ([path, words]) => `    ${quote(path)}) words=${quote(words.map(({ word }) => word).join(' '))} ;;`,
  );
  return `_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} path=${quote(name)} words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path \${COMP_WORDS[i]}" in
      ${namesOf(paths, name)}) path+=" \${COMP_WORDS[i]}" ;;
    esac
  done
  case $path in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${name} ${name}`;
}

function zshScript(paths: Paths, name: string): string {
  const cases = [...paths].map(([path, words]) => {
    const described = words.map(({ word, description }) =>
      quote(`${word}:${description.replaceAll('\\', '\\\\').replaceAll(':', '\\:')}`),
    );
    return `    ${quote(path)}) choices=(${described.join(' ')}) ;;`;
  });
  return `#compdef ${name}
_${name}() {
  local reached=${quote(name)} i
  local -a choices
  for i in "\${(@)words[2,CURRENT-1]}"; do
    case "$reached $i" in
      ${namesOf(paths, name)}) reached+=" $i" ;;
    esac
  done
  case $reached in
${cases.join('\n')}
  esac
  _describe 'command or option' choices
  _files
}
compdef _${name} ${name}`;
}

function fishScript(paths: Paths, name: string): string {
  const lines = [...paths].flatMap(([path, words]) =>
    words.map(({ word, description }) => {
      const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`;
      return `complete -c ${name} -n ${quote(`test (__${name}_path) = ${quote(path)}`, 'fish')} ${what} -d ${quote(description, 'fish')}`;
    }),
  );
  return `function __${name}_path
  set -l reached ${name}
  for word in (commandline -opc)[2..-1]
    switch "$reached $word"
      case ${[...paths.keys()]
        .filter((path) => path !== name)
        .map((path) => quote(path))
        .join(' ')}
        set reached "$reached $word"
    end
  end
  echo "$reached"
end
${lines.join('\n')}`;
}

/** All paths below the root, as a pattern of \`case\`. */
function namesOf(paths: Paths, name: string): string {
  return [...paths.keys()]
    .filter((path) => path !== name)
    .map((path) => quote(path))
    .join('|');
}

function quote(text: string, shell: 'posix' | 'fish' = 'posix'): string {
  return shell === 'fish'
    ? `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
    : `'${text.replaceAll("'", "'\\''")}'`;
}
