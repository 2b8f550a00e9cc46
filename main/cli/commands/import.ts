import { readFile, stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { decodeText } from '../../../core/format/decode-text.ts';
import { ApiError, bundleLimitBytes } from '../../../core/protocol/api.ts';
import { type CommandContext, printJson } from '../context.ts';

export function addImport(program: Command, { api, terminal }: CommandContext): void {
  program
    .command('import')
    .description('store a run that was exported on another machine')
    .argument('<file>', 'what plimsoll export wrote')
    .option('--json', 'print the id of the run as JSON')
    .action(async (file: string, { json }: { json?: true }) => {
      const { runId } = await api.call('runs.import', { content: await readBundle(file) });
      if (json) printJson(terminal, { runId });
      else terminal.out(`Run ${runId} was imported. See it with: plimsoll show ${runId}`);
    });
}

/** The size is asked first: a file that is far too large must not fill the memory. */
async function readBundle(file: string): Promise<string> {
  try {
    const found = await stat(file);
    if (!found.isFile()) throw new Error('it is no file');
    // In UTF-16 each character takes two bytes; the text itself is measured when it is parsed.
    if (found.size <= 2 * bundleLimitBytes) return decodeText(await readFile(file));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ApiError(
      'badInput',
      `${file} could not be read: ${why}.`,
      'Name a file that plimsoll export wrote.',
    );
  }
  throw new ApiError(
    'badInput',
    `${file} is larger than ${bundleLimitBytes >> 20} MiB: no run is.`,
    'Name a file that plimsoll export wrote.',
  );
}
