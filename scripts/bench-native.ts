/**
 * Holds the native provider against oneDNN, its fused plan against its layerwise one, and all of them against the machine's
 * ceilings. A full run takes the machine for a quarter of an hour, with bf16 for half an hour, and writes what it measured into
 * docs/native-performance.md; with one of the first three it only prints:
 *
 *     --quick            a sample of the rows' layers, blocks and networks
 *     --only PATTERN     the rows whose title matches this regular expression
 *     --json             one JSON document: rows of {what, value, low, high, atLeast, aim, met, …}
 *     --write            writes the document all the same, with the rows that were run
 *
 * Ends with 1 where a result was wrong, whatever the speeds.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { DataType } from '../core/graph/plan.ts';
import type { ArithmeticCeiling, ProviderDescription } from '../core/protocol/provider.ts';
import { ProviderProcess } from '../main/bench/provider-process.ts';
import { findProvider, isInstalled, type ProgramName } from '../main/bench/providers.ts';
import {
  calibrate,
  NotApplicable,
  type Opponent,
  type Opponents,
  type Outcome,
  type Pace,
  race,
} from './bench-native/arena.ts';
import {
  type Machine,
  type Result,
  titleOf,
  toJson,
  toLines,
  withMeasurements,
} from './bench-native/present.ts';
import { allRows, type Measure, type Row } from './bench-native/rows.ts';

const documentPath = join(import.meta.dirname, '..', 'docs', 'native-performance.md');

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const pace: Pace = options.quick
  ? { rounds: 3, seconds: 0.05, secondsPerCeiling: 0.03 }
  : { rounds: 7, seconds: 0.1, secondsPerCeiling: 0.05 };
/** Of those that the native provider plans by and the document tells: measured once, and so for longer. */
const secondsPerFirstCeiling = 0.2;

async function open(name: ProgramName): Promise<Opponent | undefined> {
  if (!isInstalled(name)) return undefined;
  const connection = new ProviderProcess(findProvider(name));
  return { connection, description: await connection.request('describe', {}, { silenceMs: 30_000 }) };
}

/** Every race is run once, whoever asks for it. */
function remembering(opponents: Opponents): Measure {
  const outcomes = new Map<string, Promise<Outcome>>();
  return ({ graph, batch, threads = [1], sides = ['fused', 'layerwise', 'onednn'] }, dtype) => {
    const key = JSON.stringify([graph.name, batch, dtype, threads, sides]);
    const known = outcomes.get(key);
    if (known !== undefined) return known;
    process.stderr.write(`${graph.name}, batch ${batch}, ${dtype}\n`);
    const outcome = race({ graph, batch, dtype, threads, sides }, opponents, pace);
    outcomes.set(key, outcome);
    return outcome;
  };
}

/** What bf16 is multiplied by: the targets are for tile registers, and widened to fp32 it says nothing that fp32 does not. */
type Bf16Units = 'tiles' | 'dot products' | 'none';

function bf16Units(native: ProviderDescription, ceilings: readonly ArithmeticCeiling[]): Bf16Units {
  if (ceilings.some(({ instructionSet }) => instructionSet === 'amx-bf16')) return 'tiles';
  return native.multipliedIn?.bf16 === undefined ? 'dot products' : 'none';
}

async function resultOf(row: Row, dtype: DataType, measure: Measure, units: Bf16Units): Promise<Result> {
  const none = { row, dtype, figure: undefined, parts: [] };
  const waived = dtype === 'bf16' && units !== 'tiles' ? 'no AMX' : undefined;
  if (dtype === 'bf16' && units === 'none') return { ...none, reason: waived, failed: false };
  try {
    const { figure, parts = [] } = await row.answer(measure, dtype);
    return { row, dtype, figure, parts, reason: waived, failed: false };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ...none, reason, failed: !(error instanceof NotApplicable) };
  }
}

async function main(): Promise<number> {
  const native = await open('native');
  if (native === undefined) {
    process.stderr.write('The native benchmark program is missing. Build it: npm run setup\n');
    return 1;
  }
  const onednn = await open('onednn');
  if (onednn === undefined) {
    process.stderr.write(
      'oneDNN is not installed (Debian: apt-get install libdnnl-dev, then npm run setup): its rows are left out\n',
    );
  }
  try {
    const calibration = await calibrate(native, secondsPerFirstCeiling);
    const ceilings = calibration.arithmetic;
    const machine: Machine = { native: native.description, onednn: onednn?.description, ceilings };
    const units = bf16Units(native.description, ceilings);
    const rows = allRows({
      quick: options.quick,
      cores: native.description.devices[0]?.physicalCores ?? 1,
    });
    const pattern = new RegExp(options.only ?? '', 'i');
    const measure = remembering({ native: { ...native, calibration }, onednn });
    const results: Result[] = [];
    for (const dtype of ['bf16', 'fp32'] as const) {
      for (const row of rows) {
        if (!pattern.test(titleOf({ row, dtype }))) continue;
        const result = await resultOf(row, dtype, measure, units);
        results.push(result);
        if (!options.json) process.stdout.write(`${toLines(result)}\n`);
      }
    }
    if (options.json) process.stdout.write(`${JSON.stringify(results.map(toJson), null, 2)}\n`);
    const isWhole = !options.quick && !options.json && options.only === undefined;
    if (options.write || isWhole) writeDocument(machine, results);
    return results.some(({ failed }) => failed) ? 1 : 0;
  } finally {
    await native.connection.close();
    await onednn?.connection.close();
  }
}

function writeDocument(machine: Machine, results: readonly Result[]): void {
  const date = new Date().toISOString().slice(0, 10);
  const document = withMeasurements(readFileSync(documentPath, 'utf8'), machine, results, date);
  if (document === undefined) throw new Error(`${documentPath} has no place for what was measured`);
  writeFileSync(documentPath, document);
}

process.exitCode = await main();
