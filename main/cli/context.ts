/** What a command gets: a terminal, the app's API, and the exit code that it leaves behind. */
import { InvalidArgumentError } from 'commander';
import type { LocalApi } from '../api.ts';
import type { Terminal } from './format/terminal.ts';

export interface CommandContext {
  readonly terminal: Terminal;
  readonly api: LocalApi;
  exitCode: number;
}

export function printJson(terminal: Terminal, value: unknown): void {
  terminal.out(JSON.stringify(value, null, 2));
}

/** For commander: `a,b` → ['a', 'b']. */
export function parseNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('Give names with commas between them.');
  return names;
}

/** For commander: a whole number from `least` up to `most`. */
export function parseInteger(text: string, least = 1, most = Number.MAX_SAFE_INTEGER): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} up` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`Give a whole number ${range}.`);
  }
  return value;
}

/** For commander: `1,8` → [1, 8]. */
export function parseIntegers(text: string): number[] {
  return parseNames(text).map((name) => parseInteger(name));
}

/** For commander: `2%` or `2` → 0.02; from 0.1% to 50%. */
export function parsePercent(text: string): number {
  const value = /^\d+(?:\.\d+)?%?$/.test(text) ? Number.parseFloat(text) / 100 : Number.NaN;
  if (!(value >= 0.001 && value <= 0.5))
    throw new InvalidArgumentError('Give a percentage from 0.1% to 50%.');
  return value;
}
