import { mkdtempSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lock } from '../../../scripts/bootstrap/lock.mjs';
import { dueSteps, runSteps } from '../../../scripts/bootstrap/schedule.mjs';
import { tasks } from '../../../scripts/bootstrap/tasks.mjs';

/** Steps that are ended by hand, and a log of what happened. */
function fixture(names: Record<string, { after?: string[]; due?: () => string | undefined }>) {
  const log: string[] = [];
  const ends = new Map<string, { resolve(): void; reject(error: Error): void }>();
  const steps = Object.fromEntries(
    Object.entries(names).map(([name, { after = [], due = () => 'new' }]) => [
      name,
      {
        title: name,
        after,
        due: async () => due(),
        run: () => new Promise<void>((resolve, reject) => ends.set(name, { resolve, reject })),
      },
    ]),
  );
  let next: readonly string[] = [];
  const listener = {
    begin: (title: string, why: string) => log.push(`begin ${title}: ${why}`),
    end: (title: string) => log.push(`end ${title}`),
    progress: () => {},
    print: () => {},
    setNext: (titles: readonly string[]) => {
      next = titles;
    },
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    log,
    steps,
    next: () => next,
    start: async () => {
      const due = await dueSteps(steps);
      const done = runSteps(steps, due.keys(), listener, 'then test');
      done.catch(() => {});
      await settled();
      return { done };
    },
    end: async (name: string) => {
      ends.get(name)?.resolve();
      await settled();
    },
    fail: async (name: string) => {
      ends.get(name)?.reject(new Error(`${name} failed`));
      await settled();
    },
  };
}

describe('steps', () => {
  it('run side by side, and those that come after others wait for them', async () => {
    const { start, end, log, next } = fixture({
      interface: { after: ['packages'] },
      packages: {},
      native: {},
    });
    const { done } = await start();
    expect(log).toEqual(['begin packages: new', 'begin native: new']);
    expect(next()).toEqual(['interface', 'then test']);
    await end('packages');
    expect(log.slice(2)).toEqual(['end packages', 'begin interface: new']);
    expect(next()).toEqual(['then test']);
    await end('native');
    await end('interface');
    await done;
    expect(log.slice(4)).toEqual(['end native', 'end interface']);
  });

  it('are left out where nothing is due, and do not hold up what comes after them', async () => {
    const { start, end, log } = fixture({
      compiler: { due: () => undefined },
      native: { after: ['compiler', 'a step of another task'] },
    });
    const { done } = await start();
    await end('native');
    await done;
    expect(log).toEqual(['begin native: new', 'end native']);
  });

  it('become due through what another one has done', async () => {
    let isInstalled = false;
    const { start, end, log } = fixture({
      onednn: { due: () => (isInstalled ? undefined : 'missing') },
      native: { after: ['onednn'], due: () => (isInstalled ? 'oneDNN is new' : undefined) },
    });
    const { done } = await start();
    isInstalled = true;
    await end('onednn');
    await end('native');
    await done;
    expect(log).toContain('begin native: oneDNN is new');
  });

  it('do not begin after one has failed', async () => {
    const { start, end, fail, log } = fixture({
      packages: {},
      compiler: {},
      native: { after: ['compiler'] },
    });
    const { done } = await start();
    await fail('packages');
    await expect(done).rejects.toThrow('packages failed');
    await end('compiler');
    expect(log).not.toContain('begin native: new');
  });

  it('that wait for each other are a mistake', async () => {
    const { start } = fixture({ a: { after: ['b'] }, b: { after: ['a'] } });
    await expect((await start()).done).rejects.toThrow('a, b, a');
  });
});

describe('the tasks', () => {
  it('name only steps that some task has, and use apt one step at a time', () => {
    const names = new Set(Object.values(tasks).flatMap(({ steps }) => Object.keys(steps)));
    const after = new Map(
      Object.values(tasks).flatMap(({ steps }) =>
        Object.entries(steps).map(([name, step]) => [name, step.after] as const),
      ),
    );
    for (const earlier of [...after.values()].flat()) expect(names).toContain(earlier);
    const apt = ['compiler', 'onednn', 'chromium', 'lavapipe'];
    for (const [index, name] of apt.entries()) {
      expect([...(after.get(name) ?? [])].sort(), name).toEqual(apt.slice(0, index).sort());
    }
  });
});

describe('the lock of a checkout', () => {
  const folder = () => mkdtempSync(join(tmpdir(), 'plimsoll-lock-'));

  it('is had by one at a time', async () => {
    const path = folder();
    const release = await lock(path, () => expect.unreachable());
    let waitsFor = 0;
    const second = lock(path, (holder) => {
      waitsFor = holder;
      release();
    });
    (await second)();
    expect(waitsFor).toBe(process.pid);
  });

  it('is taken from a process that is no more, and from a file that says nothing', async () => {
    for (const content of ['999999999', 'nobody']) {
      const path = folder();
      writeFileSync(join(path, 'lock'), content);
      utimesSync(join(path, 'lock'), 0, 0);
      const release = await lock(path, () => expect.unreachable());
      expect(readFileSync(join(path, 'lock'), 'utf8')).toBe(String(process.pid));
      release();
    }
  });
});
