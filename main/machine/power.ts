/** What decides how fast the clock may go. */
import type { Environment } from '../../core/protocol/run.ts';
import type { SystemFiles } from './system-files.ts';

const supplies = '/sys/class/power_supply';

const frequency = '/sys/devices/system/cpu/cpu0/cpufreq';

export async function readPower(files: SystemFiles): Promise<Environment['power']> {
  const [governor, scalingDriver, energyPreference, profile, listed] = await Promise.all([
    files.read(`${frequency}/scaling_governor`),
    files.read(`${frequency}/scaling_driver`),
    files.read(`${frequency}/energy_performance_preference`),
    files.read('/sys/firmware/acpi/platform_profile'),
    readSupplies(files),
  ]);
  return {
    source: powerSource(listed),
    governor,
    profile,
    ...(scalingDriver !== null && { scalingDriver }),
    ...(energyPreference !== null && { energyPreference }),
  };
}

/** A battery that the machine itself runs on. */
export async function hasOwnBattery(files: SystemFiles): Promise<boolean> {
  return (await readSupplies(files)).some((supply) => isOwn(supply) && isBattery(supply));
}

export interface PowerSupply {
  readonly type: string | null;
  /** `0`, `1`, and of USB `2`: on, at a voltage or current that may be chosen. */
  readonly online: string | null;
  readonly status: string | null;
  /** `Device` for a mouse's own battery and the like. */
  readonly scope: string | null;
  /** Of a port that works both ways, `sink [source]`: what is in brackets is so now. */
  readonly role?: string | null;
  readonly present?: string | null;
}

function readSupplies(files: SystemFiles): Promise<PowerSupply[]> {
  return files.list(supplies).then((names) =>
    Promise.all(
      names.map(async (name) => {
        const read = (file: string) => files.read(`${supplies}/${name}/${file}`);
        const [type, online, status, scope, present, role] = await Promise.all([
          read('type'),
          read('online'),
          read('status'),
          read('scope'),
          read('present'),
          read('device/power_role'),
        ]);
        return { type, online, status, scope, present, role };
      }),
    ),
  );
}

/** Null where the machine lists no supply, as most workstations do. */
export function powerSource(supplied: readonly PowerSupply[]): 'mains' | 'battery' | null {
  const own = supplied.filter(isOwn);
  if (own.some((supply) => isIncoming(supply) && Number(supply.online) > 0)) return 'mains';
  const batteries = own.filter(isBattery);
  const says = (word: string) => batteries.some(({ status }) => is(status, word));
  if (says('discharging')) return 'battery';
  // Held at a limit that its owner chose, it does not charge.
  return says('charging') || says('full') || says('not charging') ? 'mains' : null;
}

function isOwn({ scope, present }: PowerSupply): boolean {
  return !is(scope, 'device') && present !== '0';
}

function isBattery({ type }: PowerSupply): boolean {
  return type === 'Battery';
}

/** A port that feeds a telephone is on as well, and brings nothing. */
function isIncoming({ type, status, role }: PowerSupply): boolean {
  const isSupply = type === 'Mains' || type?.startsWith('USB') === true;
  return isSupply && !is(status, 'discharging') && !(role ?? '').includes('[source]');
}

function is(text: string | null, word: string): boolean {
  return text?.toLowerCase() === word;
}
