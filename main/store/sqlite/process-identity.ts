/** Which process a run belongs to, so that one that died can be told from one that is going on. */
import { readFileSync } from 'node:fs';

export interface ProcessIdentity {
  readonly id: number;
  /** When it started, in the system's own terms; a process id alone is used again. Null where that cannot be read. */
  readonly start: string | null;
}

export function ownProcess(): ProcessIdentity {
  return { id: process.pid, start: startOf(process.pid) };
}

export function isAlive({ id, start }: ProcessIdentity): boolean {
  try {
    process.kill(id, 0);
  } catch (error) {
    // EPERM: it is there and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return start === null || startOf(id) === start;
}

/** Clock ticks from boot to the start of the process, and the boot that they count from (Linux). */
function startOf(id: number): string | null {
  try {
    // The name in parentheses may hold spaces; the start time is the twentieth field behind it.
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return ticks === undefined ? null : `${boot} ${ticks}`;
  } catch {
    return null;
  }
}
