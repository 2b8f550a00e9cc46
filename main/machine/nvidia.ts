/** NVIDIA's cards, as their driver tells them: its files, which wake no card, and nvidia-smi, which does. */
import type { Gpu } from '../../core/protocol/run.ts';
import { known } from './known.ts';
import type { RunProgram } from './run-program.ts';
import type { SystemFiles } from './system-files.ts';

export interface NvidiaCard {
  /** `01:00.0`, without the domain 0000. */
  readonly address: string;
  readonly name: string | null;
  readonly driverVersion: string | null;
  readonly memoryBytes: number | null;
  /** Only nvidia-smi tells; within WSL 2 nothing else does. */
  readonly link?: Gpu['link'] | undefined;
}

const proc = '/proc/driver/nvidia';
/** Where Windows puts it within WSL 2, which is not always on the PATH. */
const wslProgram = '/usr/lib/wsl/lib/nvidia-smi';
const columns =
  'driver_version,pci.sub_device_id,name,pci.bus_id,fan.speed,memory.total,' +
  'pcie.link.width.current,pcie.link.width.max,pcie.link.gen.current,pcie.link.gen.max';

export async function readNvidiaFiles(files: SystemFiles): Promise<NvidiaCard[]> {
  const [version, addresses] = await Promise.all([readNvidiaVersion(files), files.list(`${proc}/gpus`)]);
  return Promise.all(
    addresses.map(async (address) => {
      const text = (await files.read(`${proc}/gpus/${address}/information`)) ?? '';
      return {
        address: shortAddress(address),
        name: known(/^Model:\s*(.+)$/m.exec(text)?.[1]),
        driverVersion: version,
        memoryBytes: null,
      };
    }),
  );
}

export async function readNvidiaVersion(files: SystemFiles): Promise<string | null> {
  return parseNvidiaVersion((await files.read(`${proc}/version`)) ?? '');
}

/** `NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu …` → `550.54.14` */
export function parseNvidiaVersion(text: string): string | null {
  return /Kernel Module(?: for \S+)?\s+(\d+(?:\.\d+)+)/.exec(text)?.[1] ?? null;
}

/** None where the program is not there or does not answer. */
export async function askNvidiaSmi(run: RunProgram, isWsl: boolean): Promise<NvidiaCard[]> {
  const query = [`--query-gpu=${columns}`, '--format=csv,noheader,nounits'];
  const programs = ['nvidia-smi', ...(isWsl ? [wslProgram] : [])];
  const answers = await Promise.all(programs.map((program) => run(program, query)));
  return parseNvidiaSmi(answers.find((answer) => answer !== null) ?? '');
}

/** A line of each card, in the order of `columns`; whatever it does not know is `[N/A]`, and of memory that is the processor's too. */
export function parseNvidiaSmi(text: string): NvidiaCard[] {
  return text.split('\n').flatMap((line) => {
    const [version, , name, bus = '', , memory, ...link] = line.split(',').map((field) => field.trim());
    if (!/^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-9a-f]$/i.test(bus)) return [];
    const mebibytes = Number(memory);
    return [
      {
        address: shortAddress(bus),
        name: known(name),
        driverVersion: known(version),
        memoryBytes: mebibytes > 0 ? Math.round(mebibytes * 2 ** 20) : null,
        ...linkOf(link.map(Number)),
      },
    ];
  });
}

function linkOf([width, maximumWidth, generation, maximumGeneration]: readonly number[]): Pick<
  NvidiaCard,
  'link'
> {
  if (width === undefined || maximumWidth === undefined || !(width > 0) || !(maximumWidth > 0)) return {};
  const orNull = (value: number | undefined) => (value !== undefined && value > 0 ? value : null);
  const link = {
    width,
    maximumWidth,
    generation: orNull(generation),
    maximumGeneration: orNull(maximumGeneration),
  };
  return { link };
}

export function shortAddress(address: string): string {
  return address.toLowerCase().replace(/^0{4,8}:/, '');
}
