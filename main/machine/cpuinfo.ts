/** /proc/cpuinfo: the first processor's entry, and of Arm which core each processor is. */

export interface CpuInfo {
  readonly vendor: string | null;
  readonly modelName: string | null;
  readonly family: string | null;
  readonly model: string | null;
  readonly stepping: string | null;
  readonly microcode: string | null;
  /** As the kernel calls them; on Arm `Features`. */
  readonly flags: ReadonlySet<string>;
}

export function parseCpuInfo(text: string): CpuInfo {
  const fields = new Map<string, string>();
  for (const line of (text.split(/\n\s*\n/)[0] ?? '').split('\n')) {
    const [name = '', ...value] = line.split(':');
    fields.set(name.trim(), value.join(':').trim());
  }
  const field = (name: string) => fields.get(name) || null;
  const microcode = field('microcode');
  return {
    vendor: field('vendor_id') ?? field('CPU implementer'),
    modelName: field('model name'),
    family: field('cpu family') ?? field('CPU architecture'),
    model: field('model') ?? field('CPU part'),
    stepping: field('stepping') ?? field('CPU revision'),
    // What a hypervisor answers that does not tell.
    microcode: microcode === '0xffffffff' ? null : microcode,
    flags: parseFlags(field('flags') ?? field('Features') ?? ''),
  };
}

/** By the number of each processor, `0x41:0xd0b`: implementer and part of its core. Empty but on Arm. */
export function parseArmCores(
  text: string,
): ReadonlyMap<number, readonly [implementer: string, part: string]> {
  const entries = text.split(/^(?=processor\s*:)/m).flatMap((entry) => {
    const field = (name: string) => new RegExp(`^${name}\\s*:\\s*(\\S+)`, 'm').exec(entry)?.[1];
    const [number, implementer, part] = [field('processor'), field('CPU implementer'), field('CPU part')];
    if (number === undefined || implementer === undefined || part === undefined) return [];
    return [[Number(number), [implementer, part] as const] as const];
  });
  return new Map(entries);
}

/** How many it lists. */
export function countProcessors(text: string): number {
  return text.match(/^processor\s*:\s*\d+$/gm)?.length ?? 0;
}

export function parseFlags(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().split(/\s+/).filter(Boolean));
}

/** What matters to kernels, by the kernel's name and by ours, from the narrowest to the widest. */
const instructionSets = [
  ['sse4_2', 'sse4.2'],
  ['avx', 'avx'],
  ['f16c', 'f16c'],
  ['fma', 'fma'],
  ['avx2', 'avx2'],
  ['avx_vnni', 'avx-vnni'],
  ['avx512f', 'avx512f'],
  ['avx512bw', 'avx512bw'],
  ['avx512vl', 'avx512vl'],
  ['avx512dq', 'avx512dq'],
  ['avx512_vnni', 'avx512-vnni'],
  ['avx512_bf16', 'avx512-bf16'],
  ['avx512_fp16', 'avx512-fp16'],
  ['amx_tile', 'amx-tile'],
  ['amx_int8', 'amx-int8'],
  ['amx_bf16', 'amx-bf16'],
  ['asimd', 'neon'],
  ['asimddp', 'dotprod'],
  ['i8mm', 'i8mm'],
  ['bf16', 'bf16'],
  ['sve', 'sve'],
  ['sve2', 'sve2'],
  ['sme', 'sme'],
] as const;

export function instructionSetsOf(flags: ReadonlySet<string>): string[] {
  return instructionSets.filter(([flag]) => flags.has(flag)).map(([, name]) => name);
}
