/** Measuring one kind of core, where a machine has several. */
import { ApiError } from '../../core/protocol/api.ts';
import type { Case, Environment } from '../../core/protocol/run.ts';

/** The processors of a kind by its name, or as they were listed; undefined where all are meant. Throws ApiError('badInput'). */
export function chosenCpus(wanted: string | undefined, { cpu }: Environment): string | undefined {
  if (wanted === undefined) return undefined;
  const plain = (name: string) => name.toLowerCase().replaceAll(/[\s_-]|cores?$/g, '');
  const kinds = cpu.kinds ?? [];
  const kind = kinds.find(({ name }) => name !== null && plain(name) === plain(wanted));
  if (kind !== undefined && kind.usableThreads > 0) return kind.cpus;
  if (kind === undefined && /^\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*$/.test(wanted)) return wanted;
  const names = kinds.map(({ name, cpus }) => (name === null ? cpus : `${name} (${cpus})`)).join(', ');
  throw new ApiError(
    'badInput',
    kind === undefined
      ? `This machine has no kind of core called '${wanted}'.`
      : `Of the ${kind.name} none may be used here.`,
    names === '' ? 'All of its cores are alike: name processors, such as 0-3.' : `It has ${names}.`,
  );
}

/** Those that a figure was measured on, as its device says: `cpu:4-7`. */
export function cpusOfDevice({ device }: Pick<Case, 'device'>): string | undefined {
  return /^cpu:(.+)$/.exec(device)?.[1];
}
