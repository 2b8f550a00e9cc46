import { describe, expect, it } from 'vitest';
import { commands, findCommands, matchKeys } from '../../../renderer/commands.ts';
import { pageOf, pages } from '../../../renderer/pages/registry.ts';

describe('the registry of pages', () => {
  it('gives every page an id and a key of its own', () => {
    expect(new Set(pages.map(({ id }) => id)).size).toBe(pages.length);
    expect(new Set(pages.map(({ key }) => key)).size).toBe(pages.length);
  });

  it('leads an address without a page, or with one that there is not, to the overview', () => {
    expect(pageOf(undefined).id).toBe('overview');
    expect(pageOf('nosuchpage').id).toBe('overview');
    for (const page of pages) expect(pageOf(page.id)).toBe(page);
  });
});

describe('commands', () => {
  it('are found by words in any order', () => {
    expect(findCommands(commands, 'gap EFFI').map(({ id }) => id)).toEqual(['page.gap']);
    expect(findCommands(commands, 'no such thing')).toEqual([]);
    expect(findCommands(commands, ' ')).toEqual(commands);
  });

  it('are matched by their keys, of which the first may be the beginning', () => {
    expect(matchKeys(commands, ['g'])).toBe('beginning');
    expect(matchKeys(commands, ['g', 'e'])).toMatchObject({ command: { id: 'page.gap' } });
    expect(matchKeys(commands, ['t'])).toMatchObject({ command: { id: 'theme.other' } });
    expect(matchKeys(commands, ['g', '#'])).toBeUndefined();
  });

  it('have keys none of which hides another', () => {
    for (const { id, keys } of commands) {
      if (keys !== undefined) expect(matchKeys(commands, keys)).toMatchObject({ command: { id } });
    }
  });
});
