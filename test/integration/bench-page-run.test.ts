/** A run of two providers, one of which is a page that its user closes: the fake provider answers for both. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Measurement } from '../../core/protocol/run.ts';
import { BenchPages } from '../../main/bench/bench-pages.ts';
import { planCases, selectModels } from '../../main/bench/cases.ts';
import { ProviderProcess } from '../../main/bench/provider-process.ts';
import { executeRun } from '../../main/bench/scheduler.ts';
import { startProvider } from '../../main/bench/start-provider.ts';
import { fakeProgram } from '../fixtures/providers/fake.ts';

const models = ['mobilenetv3_small_100', 'mobilenetv2_100', 'resnet18'] as const;
const timing = {
  warmupSeconds: 0.001,
  warmupMaxSeconds: 0.001,
  noiseTarget: 0.5,
  minSeconds: 0.001,
  minSamples: 4,
  maxSeconds: 1,
  profileRepetitions: 1,
};

let folder: string;
const children: ChildProcessWithoutNullStreams[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-page-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** What a bench page and its worker do, done by a program. It is closed when it is asked to measure for the second time. */
function openPage(pages: BenchPages, onClosed: () => void): void {
  const own = join(folder, `page${children.length}`);
  mkdirSync(own);
  const { command, args } = fakeProgram(own, []);
  const child = spawn(command, [...args], { stdio: 'pipe' });
  children.push(child);
  let measured = 0;
  const page = pages.connect({
    send(line) {
      if (JSON.parse(line).method === 'measure' && ++measured === 2) {
        page.gone();
        onClosed();
      } else child.stdin.write(`${line}\n`);
    },
    end: () => child.stdin.end(),
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    // Its one name is native's.
    page.receive(line.replace('"provider":"native"', '"provider":"webgpu-page"'));
  });
}

async function execute(onClosed: (pages: BenchPages) => void) {
  const pages = new BenchPages();
  pages.offer({ hint: 'Open it.' });
  openPage(pages, () => onClosed(pages));
  const program = join(folder, 'program');
  mkdirSync(program);
  const providers = [];
  for (const process of [pages.provider(500), new ProviderProcess(fakeProgram(program, []))]) {
    providers.push({ process, description: await startProvider(process) });
  }
  const descriptions = providers.map(({ description }) => description);
  expect(descriptions.map(({ provider }) => provider)).toEqual(['webgpu-page', 'native']);
  const request = { suite: 'quick', models: [...models], plans: ['layerwise' as const], threads: 1 };
  const outcomes = new Map<string, Measurement['outcome']>();
  const end = await executeRun(
    {
      runId: 'run',
      providers,
      cases: planCases(selectModels(request), request, descriptions, 1),
      budgetSeconds: 1000,
      settings: { timing, rounds: 2, silenceMs: 10_000, settleSeconds: 0 },
    },
    {
      calibrated: () => {},
      measured: ({ provider, model, outcome }) => void outcomes.set(`${provider} ${model}`, outcome),
      step: () => {},
    },
    new AbortController().signal,
  );
  const samples = (provider: string) =>
    models.map((model) => {
      const outcome = outcomes.get(`${provider} ${model}`);
      return outcome?.status === 'measured' ? outcome.samplesNs.length : (outcome ?? null);
    });
  return { end, ofPage: samples('webgpu-page'), ofProgram: samples('native') };
}

const closed = { status: 'failed', reason: 'The bench page was closed or reloaded, during measure.' };

it('a page that is closed for good loses what it had still to do, and the run goes on', async () => {
  const { end, ofPage, ofProgram } = await execute(() => {});
  const absent = { status: 'failed', reason: 'No bench page is open: none came within 0.5 s.' };
  expect(ofPage).toMatchObject([4, closed, absent]);
  expect(ofProgram).toEqual([8, 8, 8]);
  expect(end.status).toBe('finished');
  expect(end.reason).toContain('The provider webgpu-page was given up: No bench page is open');
});

it('a page that is opened again goes on with the next case', async () => {
  const { end, ofPage, ofProgram } = await execute((pages) => {
    setTimeout(() => openPage(pages, () => {}), 100);
  });
  // The second page is closed at its own second measurement, in the second round.
  expect(ofPage).toMatchObject([4, closed, 4]);
  expect(ofProgram).toEqual([8, 8, 8]);
  expect(end).toMatchObject({ status: 'finished', reason: expect.stringContaining('Round 2 of') });
});
