import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemFiles } from '../../../../main/machine/system-files.ts';

const root = mkdtempSync(join(tmpdir(), 'plimsoll-files-'));
writeFileSync(join(root, 'name'), '  Google \n');
writeFileSync(join(root, 'blank'), ' \n');
symlinkSync('../../bus/pci/drivers/i915', join(root, 'driver'));
const files = systemFiles(root);

afterAll(() => rmSync(root, { recursive: true }));

describe("the system's files", () => {
  it('are read below their root, and trimmed', async () => {
    expect(await files.read('/name')).toBe('Google');
  });

  it.each(['/blank', '/missing', '/', '/name/below'])('are unknown where %s is read', async (path) => {
    expect(await files.read(path)).toBeNull();
  });

  it('are listed in order', async () => {
    expect(await files.list('/')).toEqual(['blank', 'driver', 'name']);
  });

  it.each(['/missing', '/name'])('are none where %s is listed', async (path) => {
    expect(await files.list(path)).toEqual([]);
  });

  it('have links, of which the last name counts, wherever they lead', async () => {
    expect(await files.linkName('/driver')).toBe('i915');
  });

  it.each(['/missing', '/name'])('have no link in %s', async (path) => {
    expect(await files.linkName(path)).toBeNull();
  });

  it.each([
    ['4700000\n', 4_700_000],
    ['0', null],
    ['-1', null],
    ['1.5', null],
    ['12 apples', null],
    ['', null],
  ])('that hold %j hold the number %j', async (text, number) => {
    writeFileSync(join(root, 'number'), text);
    const read = await files.readPositive('/number');
    rmSync(join(root, 'number'));
    expect(read).toBe(number);
  });
});
