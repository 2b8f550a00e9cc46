import { type Command, InvalidArgumentError } from 'commander';
import { formatPrice } from '../../../core/format/price.ts';
import { formatTime } from '../../../core/format/units.ts';
import { ApiError } from '../../../core/protocol/api.ts';
import type { Machine, MachineUpdate } from '../../../core/protocol/machines.ts';
import { type CommandContext, printJson } from '../context.ts';
import { type Column, formatTable } from '../format/table.ts';

const columns: readonly Column<Machine>[] = [
  { title: 'machine', cell: ({ id }) => id },
  { title: 'name', cell: ({ name, thisMachine }) => (thisMachine ? `${name} (this one)` : name) },
  { title: 'runs', align: 'right', cell: ({ runs }) => String(runs) },
  { title: 'last run', cell: ({ lastSeenAt }) => formatTime(lastSeenAt) },
  {
    title: 'price',
    align: 'right',
    cell: ({ price }) => (price === null ? '' : formatPrice(price)),
  },
  { title: 'CPU', cell: ({ cpu }) => cpu },
  { title: 'GPUs', cell: ({ gpus }) => gpus.join(', ') },
  { title: 'merged', cell: ({ merged }) => merged.map(({ id }) => id).join(', ') },
];

const oneOf = '<machine>';
const oneOfMeaning = 'its id, its label, or `this` for the one that this runs on';

export function addMachines(program: Command, context: CommandContext): void {
  const { api, terminal } = context;
  const machines = program
    .command('machines')
    .description(
      'the machines of the stored runs: list them, or give them a label, notes and a price; merge and delete them',
    )
    .option('--deleted', 'those that are deleted')
    .option('--json', 'print them as JSON')
    .action(async ({ deleted, json }: { deleted?: true; json?: true }) => {
      const list = await api.call('machines.list', { deleted: deleted === true });
      if (json) return printJson(terminal, list);
      if (list.length === 0)
        terminal.out(deleted ? 'No machine is deleted.' : 'There are no machines yet: no run is stored.');
      else terminal.out(formatTable(terminal, columns, list));
    });

  const update = async (name: string, change: Omit<MachineUpdate, 'machineId'>) => {
    const { id } = await find(context, name);
    await api.call('machines.update', { machineId: id, ...change });
  };
  machines
    .command('label')
    .description('call it so wherever it is named; without a text, by its own name again')
    .argument(oneOf, oneOfMeaning)
    .argument('[text]')
    .action((name: string, text: string | undefined) => update(name, { label: text ?? null }));
  machines
    .command('note')
    .description('keep a note with it, in place of the one before')
    .argument(oneOf, oneOfMeaning)
    .argument('[text]')
    .action((name: string, text: string | undefined) => update(name, { notes: text ?? '' }));
  machines
    .command('price')
    .description('what it costs, for reports; without an amount, nothing is known of it again')
    .argument(oneOf, oneOfMeaning)
    .argument('[amount]', 'for example 1999.90', parseAmount)
    .argument('[currency]', 'for example EUR')
    .action(async (name: string, amount: number | undefined, currency: string | undefined) => {
      if (amount === undefined) return update(name, { price: null });
      if (currency === undefined) {
        throw new ApiError('badInput', 'A price was given without its currency.', 'Add, for example, EUR.');
      }
      await update(name, { price: { amount, currency } });
    });

  machines
    .command('merge')
    .description('show the runs of one as those of another: both are one machine')
    .argument('<source>', oneOfMeaning)
    .argument('<target>', 'the machine that it is from now on')
    .action(async (source: string, target: string) => {
      const [from, into] = [await find(context, source), await find(context, target)];
      await api.call('machines.merge', { sourceId: from.id, targetId: into.id });
      terminal.out(
        `${from.name} is now part of ${into.name}. To undo it: plimsoll machines split ${from.id}`,
      );
    });
  machines
    .command('split')
    .description('make one that was merged into another a machine of its own again')
    .argument('<id>', 'as plimsoll machines lists it under merged')
    .action(async (machineId: string) => {
      await api.call('machines.split', { machineId });
    });

  machines
    .command('delete')
    .description('delete it with all of its runs; for 30 days both can be restored')
    .argument(oneOf, oneOfMeaning)
    .action(async (name: string) => {
      const { id, name: shown, runs } = await find(context, name);
      await api.call('machines.delete', { machineId: id });
      terminal.out(
        `${shown} and its ${runs} runs were deleted. For 30 days they can be brought back: plimsoll machines restore ${id}`,
      );
    });
  machines
    .command('restore')
    .description('bring back one that was deleted, with the runs that were deleted with it')
    .argument('<id>', 'as plimsoll machines --deleted lists it')
    .action(async (machineId: string) => {
      await api.call('machines.restore', { machineId });
    });
}

/** By id, also of an identity merged into it, or by label or name where only one has it. */
async function find({ api }: CommandContext, wanted: string): Promise<Machine> {
  const all = await api.call('machines.list', {});
  const byId = all.find(
    ({ id, merged, thisMachine }) =>
      id === wanted || merged.some((part) => part.id === wanted) || (wanted === 'this' && thisMachine),
  );
  const named = all.filter(({ name }) => name === wanted);
  const found = byId ?? (named.length === 1 ? named[0] : undefined);
  if (found !== undefined) return found;
  throw new ApiError(
    'notFound',
    named.length > 1
      ? `${named.length} machines are called '${wanted}'.`
      : `There is no machine '${wanted}'.`,
    'plimsoll machines lists them with their ids.',
  );
}

/** For commander: a comma could part thousands or cents, and is refused. */
function parseAmount(text: string): number {
  const amount = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(amount > 0)) throw new InvalidArgumentError('Give an amount above zero, for example 1999.90.');
  return amount;
}
