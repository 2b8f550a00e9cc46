/**
 * Whether imported networks compute what their files do: random networks, made of the patterns that the reader folds and of their neighbours,
 * computed with the weights of their files and held against ONNX's reference implementation.
 *
 *     npm run test:onnx -- [--count 2000] [--seed 1] [--mutations 20000]
 *
 * Each network is imported with the right result or refused with a sentence. Then files with random bytes in them: imported or refused, each
 * within two seconds of processor time. The reference implementation is the package `onnx` of PyPI, in a virtual environment of its own in
 * build/onnx. Exits with 1 where a result differs, or anything but a refusal is thrown.
 */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ImportRefused, readNetwork } from '../core/import/network.ts';
import { compareNetwork, type Reference } from '../test/fixtures/onnx/compare.ts';

const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    mutations: { type: 'string', default: '20000' },
  },
});

const root = join(import.meta.dirname, '..');
const programs = join(import.meta.dirname, 'test-onnx');
const longestMs = 2000;

/** The reference implementation's own Python; made where there is none yet, or where its packages changed. */
function python(): string {
  const folder = join(root, 'build', 'onnx');
  const program = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const wanted = readFileSync(join(programs, 'requirements.txt'), 'utf8');
  const stamp = join(folder, 'requirements.txt');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return program;
  console.log(`Installing ONNX's reference implementation in ${folder} …`);
  mkdirSync(folder, { recursive: true });
  execFileSync(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'venv', folder], {
    stdio: 'inherit',
  });
  const requirements = join(programs, 'requirements.txt');
  execFileSync(program, ['-m', 'pip', 'install', '--quiet', '-r', requirements], { stdio: 'inherit' });
  writeFileSync(stamp, wanted);
  return program;
}

function makeNetworks(count: string, seed: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-onnx-'));
  execFileSync(python(), [join(programs, 'graphs.py'), folder, count, seed], { stdio: 'inherit' });
  return folder;
}

/** By what was wrong, without the numbers and names. */
const kindOf = (message: string) =>
  message
    .replaceAll(/\(node [^)]*\)/g, '')
    .replaceAll(/-?\d+(\.\d+)?( x \d+)*/g, '#')
    .slice(0, 100);

function compareAll(folder: string): number {
  const refusals = new Map<string, number>();
  let [right, wrong] = [0, 0];
  const files = readdirSync(folder).filter((file) => file.endsWith('.onnx'));
  for (const file of files) {
    const reference: Reference = JSON.parse(
      readFileSync(join(folder, file.replace('.onnx', '.json')), 'utf8'),
    );
    try {
      const problem = compareNetwork(readFileSync(join(folder, file)), reference);
      if (problem === undefined) right++;
      else {
        wrong++;
        console.log(`${join(folder, file)}: ${problem}`);
      }
    } catch (error) {
      if (error instanceof ImportRefused) {
        const kind = kindOf(error.message);
        refusals.set(kind, (refusals.get(kind) ?? 0) + 1);
      } else {
        wrong++;
        console.log(`${join(folder, file)}: ${error instanceof Error ? error.stack : error}`);
      }
    }
  }
  const refused = [...refusals.values()].reduce((sum, count) => sum + count, 0);
  console.log(
    `${files.length} networks: ${right} imported with the right result, ${refused} refused, ${wrong} wrong.`,
  );
  for (const [kind, count] of [...refusals].toSorted(([, a], [, b]) => b - a).slice(0, 15)) {
    console.log(`  ${String(count).padStart(4)} ${kind}`);
  }
  return wrong;
}

/** A linear congruential generator, so that a run can be repeated. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function mutateAll(folder: string, count: number, seed: number): number {
  const files = readdirSync(folder).filter((file) => file.endsWith('.onnx'));
  const random = randomNumbers(seed);
  let [wrong, slowest] = [0, 0];
  for (let index = 0; index < count; index++) {
    const file = files[random(files.length)] ?? '';
    const bytes = Uint8Array.from(readFileSync(join(folder, file)));
    for (let change = random(6) + 1; change > 0; change--) bytes[random(bytes.length)] = random(256);
    const before = process.cpuUsage();
    try {
      readNetwork(bytes, 'mutated');
    } catch (error) {
      if (!(error instanceof ImportRefused)) {
        wrong++;
        console.log(`${file}, mutation ${index}: ${error instanceof Error ? error.stack : error}`);
      }
    }
    const { user, system } = process.cpuUsage(before);
    const ms = (user + system) / 1000;
    slowest = Math.max(slowest, ms);
    if (ms > longestMs) {
      wrong++;
      console.log(`${file}, mutation ${index}: took ${Math.round(ms)} ms.`);
    }
  }
  console.log(
    `${count} files with random bytes: ${wrong} wrong, the slowest took ${Math.round(slowest)} ms.`,
  );
  return wrong;
}

const folder = makeNetworks(options.count, options.seed);
const wrong = compareAll(folder) + mutateAll(folder, Number(options.mutations), Number(options.seed));
if (wrong === 0) rmSync(folder, { recursive: true });
process.exitCode = wrong === 0 ? 0 : 1;
