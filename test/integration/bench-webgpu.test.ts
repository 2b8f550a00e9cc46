/** `npm run bench:webgpu` from end to end, over two small layers, on Chromium's software adapter. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { checkoutRoot } from '../../main/app/paths.ts';

const ReportSchema = z.object({
  adapter: z.object({ name: z.string(), software: z.literal(true) }),
  networks: z.array(
    z.object({
      name: z.string(),
      cases: z.array(
        z.object({
          name: z.string(),
          contenders: z.array(
            z.object({
              name: z.string(),
              refused: z.string().optional(),
              relativeError: z.number().optional(),
              samplesNs: z.array(z.number()),
            }),
          ),
        }),
      ),
    }),
  ),
});

it('compares two layers by everybody, who all compute the same', { timeout: 300_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-compare-'));
  const json = join(folder, 'report.json');
  const layers = '7x7x1152 3x3/1 dw to 1152,7x7x1152 1x1/1 to 192';
  const output = await run([
    '--adapter',
    'software',
    '--rounds',
    '2',
    '--json',
    json,
    '--networks',
    'efficientnet_b0',
    '--layers',
    layers,
  ]);
  const { networks } = ReportSchema.parse(JSON.parse(await readFile(json, 'utf8')));
  await rm(folder, { recursive: true });
  expect(networks.map(({ name, cases }) => [name, cases.length])).toEqual([['efficientnet_b0', 2]]);
  for (const { contenders } of networks[0]?.cases ?? []) {
    expect(contenders.map(({ name }) => name)).toEqual(['plimsoll', 'onnxruntime-web', 'tensorflow.js']);
    for (const { refused, relativeError, samplesNs } of contenders) {
      expect(refused).toBeUndefined();
      expect(relativeError).toBeLessThan(1e-5);
      expect(samplesNs).toHaveLength(2);
      expect(Math.min(...samplesNs)).toBeGreaterThan(0);
    }
  }
  expect(output).toMatch(/\| efficientnet_b0 \| \d+\.\d\d \(2\) \| \d+\.\d\d \(2\) \|/);
});

it.each([
  [['--rounds', '0'], '--rounds takes a whole number from 1 on, not 0.'],
  [['--adapter', 'gpu'], '--adapter takes any, hardware, software, not gpu.'],
  [['--networks', 'resnet51'], 'There is no network resnet51 here: take some of resnet50,'],
  [['--layers', '9x9'], 'has 9x9 in its name.'],
  [['--round', '3'], "Unknown option '--round'"],
])('says what is wrong with %j, and how it is called', async (args, sentence) => {
  const { message } = await run(args).then(
    () => new Error('it was accepted'),
    (error: Error) => error,
  );
  expect(message).toMatch(/^status 2: .*\n\nnpm run bench:webgpu/);
  expect(message).toContain(sentence);
});

function run(args: readonly string[]): Promise<string> {
  const script = join(checkoutRoot, 'scripts', 'bench-webgpu.ts');
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let log = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (log += chunk));
  return new Promise((resolve, reject) =>
    child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`status ${code}: ${log}`)))),
  );
}
