import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { formatCount } from '../../../core/format/units.ts';
import { ImportRefused, importOnnx, refuseTooLarge } from '../../../core/import/network.ts';
import { importedFamily } from '../../../core/models/model.ts';
import { ApiError, type ModelRow } from '../../../core/protocol/api.ts';
import type { NetworkImport } from '../../../core/protocol/networks.ts';
import { type CommandContext, parseInteger, printJson } from '../context.ts';
import { type Column, formatTable } from '../format/table.ts';

const columns: readonly Column<ModelRow>[] = [
  { title: 'model', cell: ({ name, reconstruction }) => name + (reconstruction === null ? '' : '*') },
  { title: 'family', cell: ({ family }) => family },
  { title: 'size', align: 'right', cell: ({ size }) => String(size) },
  { title: 'MACs', align: 'right', cell: ({ macs }) => formatCount(macs) },
  { title: 'activations', align: 'right', cell: ({ activations }) => formatCount(activations) },
  { title: 'parameters', align: 'right', cell: ({ parameters }) => formatCount(parameters) },
  { title: 'top-1', align: 'right', cell: ({ top1 }) => (top1 === null ? '–' : `${top1.toFixed(1)}%`) },
  { title: 'source', cell: ({ source }) => source ?? '–' },
];

export function addModels(program: Command, { api, terminal }: CommandContext): void {
  const models = program
    .command('models')
    .description(
      'list the models with their exact counts and published accuracy; import networks of your own from ONNX files, and delete them',
    )
    .option(
      '--size <pixels>',
      'the side of the image; default: the size of the published accuracy',
      parseSize,
    )
    .option('--json', 'print them as JSON')
    .action(async ({ json, size }: { json?: true; size?: number }) => {
      const rows = await api.call('models.list', size === undefined ? {} : { size });
      if (json) return printJson(terminal, rows);
      terminal.out(formatTable(terminal, columns, rows));
      const reconstructions = new Set(rows.flatMap(({ reconstruction }) => reconstruction ?? []));
      for (const text of reconstructions) terminal.out(`\n* Reconstruction: ${text}`);
    });

  models
    .command('import')
    .description('take in a network from an ONNX file: its structure, for weights are drawn anew')
    .argument('<file>', 'for example net.onnx')
    .option('--name <name>', 'how it is called from now on; default: as its file')
    .option('--size <pixels>', 'the side of the image, for files that leave it open; default: 224', parseSize)
    .option('--json', 'print its name as JSON')
    .action(async (file: string, _: unknown, command: Command) => {
      // The list has options of the same names, which take what is meant for these.
      const { name, size, json } = command.optsWithGlobals<{ name?: string; size?: number; json?: true }>();
      const imported = await api.call('models.import', await readNetwork(file, name, size));
      if (json) return printJson(terminal, imported);
      terminal.out(
        `${file} was imported as ${imported.name}. Measure it with: plimsoll profile --models ${imported.name}`,
      );
    });
  models
    .command('delete')
    .description('delete an imported network; what was measured with it stays')
    .argument('<name>', `as plimsoll models lists it, of the family ${importedFamily}`)
    .action(async (name: string) => {
      await api.call('models.delete', { name });
      terminal.out(`${name} was deleted. What was measured with it stays.`);
    });
}

function parseSize(text: string): number {
  return parseInteger(text, 32);
}

async function readNetwork(file: string, name?: string, imageSize?: number): Promise<NetworkImport> {
  try {
    return importOnnx(await readOnnxFile(file), basename(file), { name, imageSize });
  } catch (error) {
    if (!(error instanceof ImportRefused)) throw error;
    throw new ApiError('badInput', `${file} was not imported. ${error.message}`, error.hint);
  }
}

/** The size is asked first: a file that is far too large must not fill the memory. */
async function readOnnxFile(file: string): Promise<Uint8Array> {
  try {
    const found = await stat(file);
    if (!found.isFile()) throw new Error('it is no file');
    refuseTooLarge(found.size);
    return await readFile(file);
  } catch (error) {
    if (error instanceof ImportRefused) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new ApiError('badInput', `${file} could not be read: ${why}.`, 'Name an ONNX file.');
  }
}
