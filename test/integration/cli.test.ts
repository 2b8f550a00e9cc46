/** The command line as a process: what only a process can show. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { ApiErrorSchema, ModelRowSchema } from '../../core/protocol/api.ts';
import {
  CeilingsSchema,
  EnvironmentSchema,
  LostMeasurementSchema,
  MeasurementSummarySchema,
  RunReportSchema,
  RunStatusSchema,
  RunSummarySchema,
} from '../../core/protocol/run.ts';
import { fakeInstructions, fakeProviderPath } from '../fixtures/providers/fake.ts';

const ProfileSchema = z.object({
  runId: z.string(),
  status: RunStatusSchema,
  machine: EnvironmentSchema,
  ceilings: z.array(CeilingsSchema),
  measurements: z.array(MeasurementSummarySchema),
  lost: z.array(LostMeasurementSchema),
});
const entry = join(import.meta.dirname, '..', '..', 'main', 'cli', 'plimsoll.ts');

let dataFolder: string;
beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'plimsoll-cli-'));
});
afterAll(() => rm(dataFolder, { recursive: true }));

function start(...args: string[]) {
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry, ...args], {
    stdio: 'pipe',
    env: { ...process.env, PLIMSOLL_DATA_DIR: dataFolder, NO_COLOR: '1' },
  });
}

async function run(...args: string[]) {
  const child = start(...args);
  const [output, errors, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { output, errors, exitCode: exitCode as number | null };
}

it('lists every model at a size, whole, through a pipe', async () => {
  const { output, errors, exitCode } = await run('models', '--json', '--size', '224');
  expect({ errors, exitCode }).toEqual({ errors: '', exitCode: 0 });
  const rows = z.array(ModelRowSchema).parse(JSON.parse(output));
  expect(rows.find(({ name }) => name === 'resnet50')).toMatchObject({
    size: 224,
    macs: 4_089_184_256,
    parameters: 25_557_032,
  });
});

it('keeps results and errors apart', async () => {
  const { output, errors, exitCode } = await run('show', 'nothing', '--json');
  expect(exitCode).toBe(1);
  const { error } = z.object({ error: ApiErrorSchema }).parse(JSON.parse(output));
  expect(error.code).toBe('notFound');
  expect(errors).toContain(error.message);
  expect(errors).not.toContain('    at ');
});

it('names the model that was meant before anything is measured', async () => {
  const { errors, exitCode } = await run('profile', '--models', 'resnet5');
  expect(exitCode).not.toBe(0);
  expect(errors).toContain('resnet50');
});

it('ends quietly when its reader goes away', async () => {
  const child = start('models', '--json');
  const errors = text(child.stderr);
  child.stdout.destroy();
  const [exitCode] = await once(child, 'exit');
  expect({ errors: await errors, exitCode }).toEqual({ errors: '', exitCode: 0 });
});

it('serves with a closed stdin until it is told to stop', async () => {
  const child = start('serve', '--no-open', '--json');
  child.stdin.end();
  const chunks: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  await expect.poll(() => chunks.join(''), { timeout: 120_000 }).toContain('}');
  const { address } = z.object({ address: z.url() }).parse(JSON.parse(chunks.join('')));
  const answer = await fetch(address);
  expect([200, 503]).toContain(answer.status);
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

it('keeps a run that its user interrupts', async () => {
  const instructions = fakeInstructions(dataFolder, [{ method: 'measure', does: 'lasts' }]);
  process.env.PLIMSOLL_NATIVE_BENCH = fakeProviderPath;
  process.env.FAKE_PROVIDER = JSON.stringify(instructions);
  const child = start('profile', '--models', 'convfirst_pico', '--settle', '0', '--json');
  const output = text(child.stdout);
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    // The ceilings are measured by then.
    if (!errors.includes('convfirst_pico') && (errors + chunk).includes('convfirst_pico'))
      child.kill('SIGINT');
    errors += chunk;
  });
  expect(await once(child, 'exit')).toEqual([130, null]);
  const { runId, status, machine, ceilings } = ProfileSchema.parse(JSON.parse(await output));
  expect(status).toBe('cancelled');
  expect(machine.cpu.model).not.toBe('');
  expect(errors).toContain('what was measured is kept');

  const runs = z.array(RunSummarySchema).parse(JSON.parse((await run('runs', '--json')).output));
  expect(runs).toEqual([expect.objectContaining({ id: runId, status: 'cancelled' })]);
  const report = RunReportSchema.parse(JSON.parse((await run('show', 'latest', '--json')).output));
  expect(report.ceilings).toEqual(ceilings);
});
