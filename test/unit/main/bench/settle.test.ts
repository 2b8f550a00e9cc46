import { describe, expect, it } from 'vitest';
import { settle } from '../../../../main/bench/settle.ts';
import { type Played, playedTelemetry } from '../../../fixtures/machines/played-telemetry.ts';

/** One second goes by a look, on the clock that is played. */
function wait(play: (reading: number) => Played, longestSeconds = 30) {
  return settle(playedTelemetry(play), {
    longestSeconds,
    windowSeconds: 0.001,
    providerId: 1,
    signal: new AbortController().signal,
  });
}

describe('waiting for a quiet machine', () => {
  it('takes three quiet looks', async () => {
    const settling = await wait(() => ({}));
    expect(settling).toMatchObject({ settled: true, waitedSeconds: 3, reason: null });
    expect(settling.last).toMatchObject({ othersSeconds: 0, stolenSeconds: 0, spanSeconds: 1 });
  });

  it('begins to count again where something ran in between', async () => {
    const settling = await wait((reading) => ({
      othersSeconds: reading === 2 || reading === 5 ? 0.5 : 0.05,
    }));
    expect(settling).toMatchObject({ settled: true, waitedSeconds: 8 });
  });

  it.each<[string, Played, RegExp]>([
    ['other programs run', { othersSeconds: 0.7 }, /^other programs used 0.7 of 2 processors$/],
    ['time is stolen', { stolenSeconds: 0.1 }, /^the hypervisor gave 5.0% of the processors to others$/],
    ['memory is swapped', { swappedPages: 3 }, /^memory was swapped$/],
  ])('ends in time where %s without end, and says so', async (_, played, reason) => {
    const settling = await wait(() => played, 10);
    expect(settling.settled).toBe(false);
    expect(settling.waitedSeconds).toBeGreaterThanOrEqual(9);
    expect(settling.waitedSeconds).toBeLessThanOrEqual(11);
    expect(settling.reason).toMatch(reason);
  });

  it('does not wait where it is told not to, or where the system does not tell what runs', async () => {
    expect(await wait(() => ({}), 0)).toEqual({
      settled: null,
      waitedSeconds: 0,
      reason: 'it was not waited for',
      last: null,
    });
    const mute = playedTelemetry(() => ({}));
    const silent = { read: async () => ({ ...(await mute.read(1)), ownSeconds: null }) };
    const signal = new AbortController().signal;
    const settling = await settle(silent, {
      longestSeconds: 30,
      windowSeconds: 0.001,
      providerId: undefined,
      signal,
    });
    expect(settling).toMatchObject({ settled: null, reason: 'this system does not tell what else runs' });
  });

  it('ends where the user ends the run', async () => {
    const stop = new AbortController();
    const waiting = settle(
      playedTelemetry(() => ({ othersSeconds: 1 })),
      {
        longestSeconds: 3600,
        providerId: 1,
        signal: stop.signal,
      },
    );
    stop.abort();
    await expect(waiting).rejects.toThrow(/abort/i);
  });
});
