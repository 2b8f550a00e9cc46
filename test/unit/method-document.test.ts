/** docs/method.md names the tests that prove it: they must be there, under the names that it gives. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const text = readFileSync(join(root, 'docs/method.md'), 'utf8');
const rows = [...text.matchAll(/^\| (\d+) \| .* \| (yes|partly|no|in tests) \| (.*) \|$/gm)];

const files = ['test', 'native-bench'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .filter((path) => /\.(test\.ts|cpp|txt)$/.test(path) && !path.includes('/build')),
);

describe('docs/method.md', () => {
  it('answers every point from 1 to 40, in order', () => {
    expect(rows.map((row) => Number(row[1]))).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    for (const row of rows) expect(row[3]?.trim()).not.toBe('');
  });

  it('names only files that are there', () => {
    const named = [...text.matchAll(/`([\w./-]+\.(?:test\.ts|cpp))`/g)].map((match) => match[1] ?? '');
    expect(named.length).toBeGreaterThan(20);
    const missing = named.filter((name) => !files.some((file) => file === name || file.endsWith(`/${name}`)));
    expect(missing).toEqual([]);
  });

  it('names only tests that are there', () => {
    const sources = files
      .filter((file) => file.endsWith('.test.ts'))
      .map((file) => readFileSync(join(root, file), 'utf8'));
    const titles = rows.flatMap((row) =>
      [...(row[3] ?? '').matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? ''),
    );
    expect(titles.length).toBeGreaterThan(10);
    expect(titles.filter((title) => !sources.some((source) => source.includes(title)))).toEqual([]);
  });
});
