/** Where a command writes: results to `out`, everything else to `err`. */
import { styleText } from 'node:util';
import { systemFailure } from '../../shell/transport.ts';
import { exitCodes } from '../exit-codes.ts';

export type Style = Parameters<typeof styleText>[0];

export interface Terminal {
  /** Writes one line (or several) of the result. */
  out(text: string): void;
  /** Writes one line for people: progress, warnings, errors. */
  err(text: string): void;
  /** Overwrites the current line of `err`; an empty text clears it. Only where `errIsTty`. */
  rewrite(text: string): void;
  readonly errIsTty: boolean;
  /** Width of `err` in characters. */
  columns(): number;
  /** Width of `out` in characters; what goes to a file or a pipe may be 100 wide. */
  outColumns(): number;
  /** Styles text for `out`; plain where it is no terminal or NO_COLOR is set. */
  style(style: Style, text: string): string;
}

export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  // No failure to write is a reason to lose a run. Of one to `err` nobody can be told.
  stderr.on('error', () => {});
  let isTold = false;
  stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    // A reader that goes away (`plimsoll runs | head -1`) has what it wanted.
    if (isTold || code === 'EPIPE' || code === 'EIO') return;
    isTold = true;
    process.exitCode = exitCodes.failed;
    stderr.write(`The output could not be written: ${systemFailure(code)?.what ?? message}.\n`);
  });
  return {
    out: (text) => void stdout.write(`${text}\n`),
    err: (text) => void stderr.write(`${text}\n`),
    rewrite: (text) => void stderr.write(`\r\u001b[2K${text}`),
    errIsTty: stderr.isTTY === true,
    columns: () => stderr.columns ?? 80,
    outColumns: () => stdout.columns ?? 100,
    style: (style, text) => styleText(style, text, { stream: stdout }),
  };
}
