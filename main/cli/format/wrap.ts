/** Text that fits the terminal: lines are broken between words or items, never by the terminal. */

/** Lines after the first begin with `indent` blanks. A word that is longer than a line keeps its line to itself. */
export function wrap(text: string, width: number, indent = 0): string[] {
  const lines: string[] = [];
  let line = '';
  // Several blanks align what follows: they stay.
  for (const [word, space = ''] of [...text.matchAll(/\S+(\s*)/g)].map((match) => [
    match[0].trimEnd(),
    match[1],
  ])) {
    if (word === undefined) continue;
    if (line.trim() !== '' && lengthOf(line + word) > width) {
      lines.push(line.trimEnd());
      line = ' '.repeat(indent);
    }
    line += word + space;
  }
  return [...lines, line.trimEnd()];
}

/** As many items a line as fit, three blanks between. */
export function flow(items: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    if (last !== undefined && lengthOf(`${last}   ${item}`) <= width)
      lines[lines.length - 1] = `${last}   ${item}`;
    else lines.push(item);
  }
  return lines;
}

function lengthOf(text: string): number {
  return [...text].length;
}
