import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StillUpdates } from '../../../renderer/api/still-updates.ts';

let updates: StillUpdates;
let done: string[];
beforeEach(() => {
  vi.useFakeTimers();
  updates = new StillUpdates();
  done = [];
});
afterEach(() => vi.useRealTimers());

const put = (name: string, what = name) => updates.put(name, () => done.push(what));

describe('updates of a page that must be still', () => {
  it('begin at once, and then come together once a second, the last of each name', () => {
    put('progress', '1');
    expect(done).toEqual(['1']);
    put('progress', '2');
    put('measured');
    put('progress', '3');
    vi.advanceTimersByTime(999);
    expect(done).toEqual(['1']);
    vi.advanceTimersByTime(1);
    expect(done).toEqual(['1', '3', 'measured']);
  });

  it('never come twice within a second, however many there are', () => {
    const times: number[] = [];
    for (let ms = 0; ms < 10_000; ms += 50) {
      updates.put('progress', () => times.push(Date.now()));
      vi.advanceTimersByTime(50);
    }
    expect(times.length).toBeGreaterThanOrEqual(10);
    expect(times.every((time, index) => index === 0 || time - (times[index - 1] ?? 0) >= 1000)).toBe(true);
  });

  it('come at once again after a quiet second', () => {
    put('a');
    vi.advanceTimersByTime(5000);
    put('b');
    expect(done).toEqual(['a', 'b']);
  });

  it('are not kept back at the end, and never come after it', () => {
    put('a');
    put('b');
    updates.flush();
    expect(done).toEqual(['a', 'b']);
    put('c');
    updates.stop();
    vi.advanceTimersByTime(5000);
    expect(done).toEqual(['a', 'b']);
  });
});
