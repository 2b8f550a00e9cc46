import { describe, expect, it } from 'vitest';
import { clock, createProgressLine, lineOf } from '../../../scripts/bootstrap/progress-line.mjs';
import { aptProgress, buildProgress } from '../../../scripts/bootstrap/read-progress.mjs';

describe('how far a program is', () => {
  it('is read from Ninja and make', () => {
    expect(buildProgress('[12/83] Building CXX object a.o')).toBe('12/83');
    expect(buildProgress('[  7%] Building CXX object a.o')).toBe('7%');
    expect(buildProgress('[100%] Built target providers')).toBe('100%');
    expect(buildProgress('-- Detecting CXX compiler ABI info')).toBeUndefined();
    expect(buildProgress('a[1/2] is an index')).toBeUndefined();
  });

  it("is read from apt's status lines, also where a package has an architecture", () => {
    expect(aptProgress('dlstatus:1:20.5:Retrieving file 1 of 4')).toBe('fetched 21%');
    expect(aptProgress('pmstatus:g++:55.56:Unpacking g++ (amd64)')).toBe('installed 56%');
    expect(aptProgress('pmstatus:libdnnl-dev:amd64:100:Installed')).toBe('installed 100%');
    expect(aptProgress('Setting up g++ (4:12.2.0-3) ...')).toBeUndefined();
    expect(aptProgress('pmerror:g++:50:broken')).toBeUndefined();
  });
});

describe('the line', () => {
  const state = {
    elapsedMs: 62_400,
    active: [{ title: 'npm packages', progress: '312/445' }, { title: 'native programs' }],
    next: ['interface', 'then start'],
  };

  it('says what is done, how far it is, and what comes next', () => {
    expect(lineOf(state, 100)).toBe(
      '1:02  npm packages 312/445 · native programs  (next: interface, then start)',
    );
    expect(lineOf({ ...state, next: [] }, 100)).toBe('1:02  npm packages 312/445 · native programs');
  });

  it('is shorter than the terminal is wide, however narrow that is', () => {
    for (let columns = 1; columns < 90; columns++) {
      expect(lineOf(state, columns).length, `${columns} columns`).toBeLessThanOrEqual(
        Math.max(1, columns - 1),
      );
    }
    expect(lineOf(state, 20)).toBe('1:02  npm packages…');
  });

  it('counts minutes and seconds', () => {
    expect([0, 59_999, 60_000, 3_600_000].map(clock)).toEqual(['0:00', '0:59', '1:00', '60:00']);
  });
});

describe('progress', () => {
  function written(isTTY: boolean) {
    let text = '';
    let time = 0;
    const line = createProgressLine({
      stream: { write: (part: string) => (text += part), isTTY, columns: 60 },
      now: () => time,
    });
    line.setNext(['then test']);
    line.begin('native programs', 'not built yet');
    time = 3_000;
    line.progress('native programs', '1/2');
    line.progress('native programs', '2/2');
    line.end('native programs');
    line.close();
    return text;
  }

  it('is a line at the beginning and one at the end where there is no terminal', () => {
    expect(written(false)).toBe('native programs: not built yet\nnative programs: done in 3.0 s\n');
  });

  it('is written over on a terminal, and leaves no trace there', () => {
    const text = written(true);
    expect(text).toContain('0:03  native programs 2/2  (next: then test)');
    // As a terminal shows it: what follows a return and an order to clear the line replaces what stood there.
    const shown = text.split('\n').map((row) => row.split('\r\u001b[K').at(-1));
    expect(shown).toEqual(['native programs: not built yet', 'native programs: done in 3.0 s', '']);
  });
});
