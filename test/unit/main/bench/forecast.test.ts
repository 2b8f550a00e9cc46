import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { Forecast, forecastRun } from '../../../../main/bench/forecast.ts';

let nowMs: number;
let forecast: Forecast;
beforeEach(() => {
  // A clock that began long ago: only differences count.
  nowMs = 1_000_000;
  forecast = new Forecast(() => nowMs);
});

function wait(seconds: number): void {
  nowMs += 1000 * seconds;
}

function take(step: string, seconds: number): number {
  forecast.begin(step);
  wait(seconds);
  return forecast.end(step);
}

describe('the time that is left', () => {
  it('is what was guessed, as long as nothing is known better', () => {
    forecast.expect('a', 10);
    forecast.expect('b', 30);
    expect(forecast.remainingSeconds()).toBe(40);
    forecast.expect('b', 5);
    expect(forecast.remainingSeconds()).toBe(15);
  });

  it('becomes less during a step, and is never less than nothing', () => {
    forecast.expect('a', 10);
    forecast.expect('b', 30);
    forecast.begin('a');
    wait(4);
    expect(forecast.remainingSeconds()).toBe(36);
    wait(100);
    expect(forecast.remainingSeconds()).toBe(30);
  });

  it('is put right by how long the steps took that are over', () => {
    forecast.expect('a', 10);
    forecast.expect('b', 30);
    forecast.expect('c', 2);
    expect(take('a', 20)).toBe(20);
    expect(forecast.remainingSeconds()).toBe(64);
    // All of them together, not the last one alone: 40 seconds were guessed, and it took 20.
    expect(take('b', 0)).toBe(0);
    expect(forecast.remainingSeconds()).toBe(1);
  });

  it('does not hold what will not be done, nor learn from it', () => {
    forecast.expect('a', 10);
    forecast.expect('b', 30);
    wait(100);
    expect(forecast.end('b')).toBe(0);
    expect(forecast.remainingSeconds()).toBe(10);
  });

  it('can be told of some steps alone', () => {
    forecast.expect('a', 10);
    forecast.expect('b', 30);
    forecast.expect('c', 5);
    take('a', 20);
    expect(forecast.secondsOf(['b'])).toBe(60);
    expect(forecast.secondsOf(['a', 'c', 'never heard of'])).toBe(10);
    forecast.begin('b');
    wait(15);
    expect(forecast.secondsOf(['b', 'c'])).toBe(55);
  });
});

describe('the time that is over', () => {
  it('counts from the start, whatever was done in it', () => {
    wait(3);
    forecast.expect('a', 1);
    take('a', 2);
    wait(0.5);
    expect(forecast.elapsedSeconds()).toBe(5.5);
  });
});

describe('the share that is done', () => {
  it('is nothing at first, and all of it at the end', () => {
    expect(forecast.fraction()).toBe(0);
    forecast.expect('a', 10);
    forecast.expect('b', 30);
    expect(forecast.fraction()).toBe(0);
    take('a', 10);
    expect(forecast.fraction()).toBe(0.25);
    forecast.begin('b');
    wait(10);
    expect(forecast.fraction()).toBe(0.5);
    wait(20);
    forecast.end('b');
    expect(forecast.fraction()).toBe(1);
  });

  it('stays where it is when there turns out to be more to do', () => {
    forecast.expect('a', 10);
    forecast.expect('b', 10);
    take('a', 10);
    expect(forecast.fraction()).toBe(0.5);
    forecast.expect('c', 60);
    expect(forecast.fraction()).toBe(0.5);
    take('b', 10);
    expect(forecast.fraction()).toBe(0.5);
    take('c', 60);
    expect(forecast.fraction()).toBe(1);
  });

  it('leaps when something will not be done', () => {
    forecast.expect('a', 10);
    forecast.expect('b', 90);
    take('a', 10);
    expect(forecast.fraction()).toBe(0.1);
    forecast.end('b');
    expect(forecast.fraction()).toBe(1);
  });

  it('never goes back, whatever happens', () => {
    const step = fc.constantFrom('a', 'b', 'c');
    const seconds = fc.double({ min: 0, max: 1000, noNaN: true });
    const happening = fc.oneof(
      fc.tuple(fc.constant('expect' as const), step, seconds),
      fc.tuple(fc.constant('begin' as const), step, seconds),
      fc.tuple(fc.constant('end' as const), step, seconds),
    );
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 30 }), (happenings) => {
        forecast = new Forecast(() => nowMs);
        let last = 0;
        for (const [what, name, length] of happenings) {
          if (what === 'expect') forecast.expect(name, length);
          else forecast[what](name);
          wait(length);
          const fraction = forecast.fraction();
          expect(fraction).toBeGreaterThanOrEqual(last);
          expect(fraction).toBeLessThanOrEqual(1);
          expect(forecast.remainingSeconds()).toBeGreaterThanOrEqual(0);
          last = fraction;
        }
      }),
    );
  });
});

describe('a run that has not begun', () => {
  const work = { settling: 0, calibration: 6, firstRound: 20, furtherRound: 10, rounds: 7, budget: 80 };

  it('has as many rounds as end within the budget', () => {
    expect(forecastRun(work)).toEqual({ seconds: 72, rounds: 5 });
    expect(forecastRun({ ...work, settling: 3 })).toEqual({ seconds: 75, rounds: 5 });
    expect(forecastRun({ ...work, budget: 82 })).toEqual({ seconds: 82, rounds: 6 });
  });

  it('has no more rounds than are wanted, and one at least', () => {
    expect(forecastRun({ ...work, budget: 10_000 })).toEqual({ seconds: 92, rounds: 7 });
    expect(forecastRun({ ...work, budget: 5 })).toEqual({ seconds: 32, rounds: 1 });
  });
});
