/** What a person reads in the app and on the first pages of the documentation is in plain words. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const files = [
  ...globSync('renderer/{texts/*,**/*texts}.ts', { cwd: root }),
  ...['README.md', 'docs/README.md', 'docs/glossary.md', 'docs/command-line.md'],
];

/** Each was found to stop readers: what it means, it says in a roundabout way. */
const banned =
  /\b(believ\w+|told from|tell apart|surroundings|anew|goes on|going on|beside|figures?|lies?|of it|that of)\b|\bfrom \S+% on\b/i;
/** A heading names its subject. */
const clause = /^(What|Which|How|Why|Where|When)\b/;

/** The texts of a module without its code and comments; a document without its code. */
function textOf(file: string): string {
  const source = readFileSync(join(root, file), 'utf8');
  if (file.endsWith('.md')) return source.replaceAll(/^ {4}.*$|^```[\s\S]*?^```|`[^`\n]*`|\]\([^)]*\)/gm, '');
  const strings = source.matchAll(/'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`/g);
  return [...strings].map(([, plain, template]) => plain ?? template ?? '').join('\n');
}

it('reads texts, and not code', () => {
  expect(files.length).toBeGreaterThan(15);
  for (const file of files) expect(textOf(file).length, file).toBeGreaterThan(50);
});

describe.each(files)('%s', (file) => {
  it('has none of the words that stop a reader', () => {
    const lines = textOf(file).split('\n');
    expect(lines.filter((line) => banned.test(line))).toEqual([]);
  });

  it('has nouns as headings', () => {
    const source = readFileSync(join(root, file), 'utf8');
    const headings = file.endsWith('.md')
      ? [...source.matchAll(/^#+ (.*)$/gm)]
      : [...source.matchAll(/\b(?:title|heading|form): '([^']*)'/g)];
    expect(headings.map(([, heading = '']) => heading).filter((heading) => clause.test(heading))).toEqual([]);
  });
});
