import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changeSettings, defaultSettings, readSettings } from '../../../main/app/settings.ts';
import { apiErrorOf } from '../../fixtures/api/api-error.ts';
import { encoded } from '../../fixtures/encoded.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-settings-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = () => join(folder, 'settings.json');

describe('settings', () => {
  it('are the defaults as long as nothing was changed', () => {
    expect(readSettings(folder)).toEqual({ settings: defaultSettings, problem: null });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('are kept when they are changed, each by itself', () => {
    changeSettings(folder, { suite: 'paper' });
    changeSettings(folder, { theme: 'dark', providers: ['native', 'onednn'] });
    const settings = { ...defaultSettings, suite: 'paper', theme: 'dark', providers: ['native', 'onednn'] };
    expect(readSettings(folder)).toEqual({ settings, problem: null });
    expect(readdirSync(folder)).toEqual(['settings.json']);
  });

  it('are written into a folder that is not there yet', () => {
    const deeper = join(folder, 'not', 'yet');
    changeSettings(deeper, { theme: 'light' });
    expect(readSettings(deeper).settings.theme).toBe('light');
  });

  it('have the default where the file is of an older version that did not know them', () => {
    writeFileSync(file(), JSON.stringify({ version: 1, theme: 'dark' }));
    expect(readSettings(folder)).toEqual({ settings: { ...defaultSettings, theme: 'dark' }, problem: null });
  });

  it.each(['utf8', 'utf16le', 'utf16be'] as const)(
    'may be written in %s, with a byte order mark',
    (encoding) => {
      writeFileSync(file(), encoded('\ufeff{"version":1,"theme":"dark"}', encoding));
      expect(readSettings(folder)).toEqual({
        settings: { ...defaultSettings, theme: 'dark' },
        problem: null,
      });
      expect(changeSettings(folder, { suite: 'paper' }).settings).toMatchObject({
        theme: 'dark',
        suite: 'paper',
      });
    },
  );

  it('know no suite that there is not', () => {
    expect(apiErrorOf(() => changeSettings(folder, { suite: 'huge' }))).toMatchObject({ code: 'notFound' });
    expect(existsSync(file())).toBe(false);
  });

  it.each([
    ['{', 'it is no JSON'],
    ['[]', 'it: '],
    ['{"version":2}', 'version: '],
    ['{"version":1,"theme":"pink"}', 'theme: '],
    ['{"version":1,"suite":"huge"}', 'suite: There is no suite of that name'],
    ['{"version":1,"providers":[]}', 'providers: '],
  ])('in a file with %s say what is wrong, and put it aside at the next change', (text, why) => {
    writeFileSync(file(), text);
    const { settings, problem } = readSettings(folder);
    expect(settings).toEqual(defaultSettings);
    expect(problem).toContain(file());
    expect(problem).toContain(why);
    expect(readFileSync(file(), 'utf8')).toBe(text);
    expect(changeSettings(folder, { theme: 'dark' })).toEqual({
      settings: { ...defaultSettings, theme: 'dark' },
      problem: null,
    });
    expect(readFileSync(join(folder, 'settings.bad.json'), 'utf8')).toBe(text);
    expect(readSettings(folder).problem).toBeNull();
  });
});
