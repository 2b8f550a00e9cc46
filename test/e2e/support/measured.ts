/**
 * One run of this machine, measured before the tests begin and copied for each: two networks in both plans by the native provider. Its rounds
 * are short, since what the pages show of a run is tested here, and not how precise it is.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApi } from '../../../main/api.ts';
import { defaultTiming } from '../../../main/bench/measure-case.ts';
import type { SchedulerSettings } from '../../../main/bench/run-work.ts';

const variable = 'PLIMSOLL_TEST_MEASURED_FOLDER';

export const shortRounds: Partial<SchedulerSettings> = {
  timing: { ...defaultTiming, warmupSeconds: 0.02, warmupMaxSeconds: 0.1, minSeconds: 0.05, maxSeconds: 0.2 },
  settleSeconds: 0,
};

export function measuredFolder(): string {
  const folder = process.env[variable];
  if (folder === undefined) throw new Error('The tests begin with a measurement, which was not made.');
  return folder;
}

/** Playwright's global set-up; what it returns is its end. */
export default async function measureOnce(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-measured-'));
  const api = createApi({ dataFolder: folder, settings: shortRounds });
  const ended = new Promise<unknown>((resolve) => api.subscribe('run.ended', resolve));
  await api.call('runs.start', { models: ['regnety_004', 'convfirst_pico'], providers: ['native'] });
  await ended;
  const [run] = await api.call('runs.list', { deleted: false });
  await api.close();
  if (run?.status !== 'finished' || run.measured !== 4)
    throw new Error(`The run for the tests failed: ${JSON.stringify(run)}`);
  process.env[variable] = folder;
  return () => rm(folder, { recursive: true });
}
