import { extname } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import {
  ApiError,
  type ReportFormat,
  type ReportRequest,
  reportFormats,
} from '../../../core/protocol/api.ts';
import { parseChoices } from '../choices.ts';
import { type CommandContext, printJson } from '../context.ts';
import { writeNew } from '../write-new.ts';

interface ReportOptions {
  format?: string;
  output?: string;
  force?: true;
  price?: number;
  otherPrice?: number;
  currency?: string;
  json?: true;
}

export function addReport(program: Command, { api, terminal }: CommandContext): void {
  program
    .command('report')
    .description('write a report of a stored run, or of two side by side, for buyers and engineers')
    .argument('[run]', 'the id of the run, as plimsoll runs lists it', 'latest')
    .argument('[other]', 'a second run, to be set beside the first')
    .option(
      '--format <format>',
      `of ${reportFormats.join(', ')}; default: as the name of the output ends, else html`,
    )
    .option('--output <file>', 'write to this file instead of the terminal')
    .option('--force', 'overwrite the file where it exists')
    .option(
      '--price <amount>',
      'what the machine costs, to show the price of an image per second',
      parseAmount,
    )
    .option('--other-price <amount>', 'what the machine of the second run costs', parseAmount)
    .option('--currency <code>', 'of the prices, for example EUR')
    .option('--json', 'say what was written as JSON; errors, too')
    .action(async (runId: string, otherRunId: string | undefined, options: ReportOptions) => {
      const { output, force, json } = options;
      const format = formatOf(options);
      if (output === undefined && format === 'pdf') {
        throw new ApiError(
          'badInput',
          'A PDF is not for a terminal.',
          'Say where it is to be written: --output FILE.',
        );
      }
      const price = priceOf(options);
      const { fileName, encoding, content } = await api.call('reports.create', {
        runId,
        format,
        ...(otherRunId !== undefined && { otherRunId }),
        ...(price !== undefined && { price }),
      });
      if (output === undefined) {
        terminal.out(content.trimEnd());
        return;
      }
      const bytes = Buffer.from(content, encoding);
      await writeNew(output, bytes, force === true);
      if (json) printJson(terminal, { file: output, format, bytes: bytes.length, suggestedName: fileName });
      else terminal.err(`The report was written to ${output}.`);
    });
}

function formatOf({ format, output }: ReportOptions): ReportFormat {
  if (format !== undefined) return parseChoices('format', [format], reportFormats)[0] ?? 'html';
  const ending = extname(output ?? '')
    .slice(1)
    .toLowerCase();
  return reportFormats.find((candidate) => candidate === ending) ?? 'html';
}

function priceOf({ price, otherPrice, currency }: ReportOptions): ReportRequest['price'] {
  if (price === undefined && otherPrice === undefined) {
    if (currency === undefined) return undefined;
    throw new ApiError('badInput', 'A currency was given without a price.', 'Add --price AMOUNT.');
  }
  if (currency === undefined) {
    throw new ApiError(
      'badInput',
      'A price was given without its currency.',
      'Add, for example, --currency EUR.',
    );
  }
  return {
    currency,
    ...(price !== undefined && { amount: price }),
    ...(otherPrice !== undefined && { otherAmount: otherPrice }),
  };
}

/** For commander: `1999.90` → 1999.9. A comma could part thousands or cents, and is refused. */
function parseAmount(text: string): number {
  const amount = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(amount > 0)) throw new InvalidArgumentError('Give an amount above zero, for example 1999.90.');
  return amount;
}
