/** What decides how fast the clock may go. */
import type { Environment } from '../../core/protocol/run.ts';
import type { SystemFiles } from './system-files.ts';

const supplies = '/sys/class/power_supply';

export async function readPower(files: SystemFiles): Promise<Environment['power']> {
  const names = await files.list(supplies);
  const [governor, profile, ...listed] = await Promise.all([
    files.read('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor'),
    files.read('/sys/firmware/acpi/platform_profile'),
    ...names.map(async (name) => {
      const [type, online, status, scope] = await Promise.all(
        ['type', 'online', 'status', 'scope'].map((file) => files.read(`${supplies}/${name}/${file}`)),
      );
      return { type: type ?? null, online: online ?? null, status: status ?? null, scope: scope ?? null };
    }),
  ]);
  return { source: powerSource(listed), governor, profile };
}

interface PowerSupply {
  readonly type: string | null;
  readonly online: string | null;
  readonly status: string | null;
  /** `Device` for a mouse's own battery and the like. */
  readonly scope: string | null;
}

/** Null where the machine lists no supply, as most workstations do. */
export function powerSource(supplied: readonly PowerSupply[]): 'mains' | 'battery' | null {
  const own = supplied.filter(({ scope }) => scope !== 'Device');
  const mains = own.filter(({ type }) => type === 'Mains' || type === 'USB');
  if (mains.some(({ online }) => online === '1')) return 'mains';
  const batteries = own.filter(({ type }) => type === 'Battery');
  if (batteries.some(({ status }) => status === 'Discharging')) return 'battery';
  return batteries.some(({ status }) => status === 'Charging' || status === 'Full') ? 'mains' : null;
}
