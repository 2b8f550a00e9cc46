import { describe, expect, it } from 'vitest';
import { availableBytes, readLimitEvents, readLimits } from '../../../../main/machine/cgroup.ts';
import { filesOf } from '../../../fixtures/machines/machine-files.ts';

const gibi = 2 ** 30;
const group = '/sys/fs/cgroup';

describe('the limits of a control group', () => {
  it.each<[string, Record<string, string>, { cpus: number | null; memoryBytes: number | null }]>([
    ['nothing', {}, { cpus: null, memoryBytes: null }],
    [
      'the second version, in a namespace of its own',
      {
        '/proc/self/cgroup': '0::/',
        [`${group}/cpu.max`]: '50000 100000',
        [`${group}/memory.max`]: `${2 * gibi}`,
      },
      { cpus: 0.5, memoryBytes: 2 * gibi },
    ],
    [
      'the second version, of a service and what is above it',
      {
        '/proc/self/cgroup': '0::/user.slice/job.scope',
        [`${group}/user.slice/job.scope/cpu.max`]: 'max 100000',
        [`${group}/user.slice/cpu.max`]: '250000 100000',
        [`${group}/user.slice/job.scope/memory.max`]: 'max',
        [`${group}/user.slice/memory.max`]: `${4 * gibi}`,
      },
      { cpus: 2.5, memoryBytes: 4 * gibi },
    ],
    [
      'the first version, with the path that it has outside',
      {
        '/proc/self/cgroup': '5:memory:/docker/2b9c\n3:cpu,cpuacct:/docker/2b9c\n',
        [`${group}/cpu,cpuacct/cpu.cfs_quota_us`]: '150000',
        [`${group}/cpu,cpuacct/cpu.cfs_period_us`]: '100000',
        [`${group}/memory/memory.limit_in_bytes`]: `${gibi}`,
      },
      { cpus: 1.5, memoryBytes: gibi },
    ],
    [
      'the first version without limits',
      {
        '/proc/self/cgroup': '5:memory:/\n3:cpu:/\n',
        [`${group}/cpu/cpu.cfs_quota_us`]: '-1',
        [`${group}/cpu/cpu.cfs_period_us`]: '100000',
        [`${group}/memory/memory.limit_in_bytes`]: '9223372036854771712',
      },
      { cpus: null, memoryBytes: null },
    ],
    [
      'both versions at once',
      {
        '/proc/self/cgroup': '5:memory:/job\n0::/init.scope\n',
        [`${group}/unified/init.scope/cpu.max`]: '20000 100000',
        [`${group}/memory/job/memory.limit_in_bytes`]: `${gibi}`,
      },
      { cpus: 0.2, memoryBytes: gibi },
    ],
    [
      'garbage',
      { '/proc/self/cgroup': 'x', [`${group}/cpu.max`]: 'a lot', [`${group}/memory.max`]: '-3' },
      { cpus: null, memoryBytes: null },
    ],
  ])('of %s', async (_what, files, limits) => {
    expect(await readLimits(filesOf(files))).toMatchObject(limits);
  });

  it('leave of the memory what is not used, or would be given back', async () => {
    const limits = await readLimits(
      filesOf({
        [`${group}/memory.max`]: `${2 * gibi}`,
        [`${group}/memory.current`]: `${gibi}`,
        [`${group}/memory.stat`]: `anon ${gibi / 2}\ninactive_file ${gibi / 2}\n`,
      }),
    );
    expect(availableBytes(8 * gibi, limits)).toBe(1.5 * gibi);
    expect(availableBytes(gibi, limits)).toBe(gibi);
    expect(availableBytes(gibi, { cpus: null, memoryBytes: null, memoryUsedBytes: null })).toBe(gibi);
  });
});

describe('what the limits did', () => {
  it.each<[string, Record<string, string>, number | null, number | null]>([
    [
      'the second version',
      { 'cpu.stat': 'nr_periods 9\nthrottled_usec 1500000', 'memory.events': 'oom 1\noom_kill 2' },
      1.5,
      2,
    ],
    [
      'the first version',
      {
        'cpu/cpu.stat': 'nr_periods 393\nnr_throttled 391\nthrottled_time 36191843855\n',
        'memory/memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 1',
      },
      36.191843855,
      1,
    ],
    ['nothing', {}, null, null],
  ])('is told by %s', async (_what, files, throttledSeconds, outOfMemoryKills) => {
    const contents = Object.fromEntries(
      Object.entries(files).map(([name, text]) => [`${group}/${name}`, text]),
    );
    expect(await readLimitEvents(filesOf(contents))).toEqual({ throttledSeconds, outOfMemoryKills });
  });
});
