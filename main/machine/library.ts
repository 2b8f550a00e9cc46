/**
 * What Windows and macOS know of a machine, by the package systeminformation. It calls programs and waits for some of them without
 * letting anything else go on, so it runs in a process of its own, which is ended with all that it started when its time is up.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Systeminformation } from 'systeminformation';
import { answerFlag } from '../../core/protocol/answer-flag.ts';
import { checkoutRoot } from '../app/paths.ts';
import { programMs } from './run-program.ts';

export interface LibraryAnswers {
  readonly cpu?: Systeminformation.CpuData;
  readonly mem?: Systeminformation.MemData;
  readonly memLayout?: readonly Systeminformation.MemLayoutData[];
  readonly graphics?: Systeminformation.GraphicsData;
  readonly osInfo?: Systeminformation.OsData;
  readonly bios?: Systeminformation.BiosData;
  readonly system?: Systeminformation.SystemData;
  readonly baseboard?: Systeminformation.BaseboardData;
  readonly battery?: Systeminformation.BatteryData;
  readonly uuid?: Systeminformation.UuidData;
}

const names = [
  ...['cpu', 'mem', 'memLayout', 'graphics', 'osInfo', 'bios', 'system', 'baseboard', 'battery', 'uuid'],
] as readonly (keyof LibraryAnswers)[];

export interface LibraryProgram {
  readonly command: string;
  readonly args: readonly string[];
}

function ownProgram(): LibraryProgram {
  const command = process.execPath;
  if (process.versions.electron === undefined) {
    return { command, args: [join(checkoutRoot, 'main', 'machine', 'library-program.ts')] };
  }
  const isPackaged = (process as NodeJS.Process & { readonly defaultApp?: boolean }).defaultApp !== true;
  return { command, args: [...(isPackaged ? [] : [checkoutRoot]), answerFlag] };
}

/** What was answered in time; never rejects. */
export function askLibrary(
  program: LibraryProgram = ownProgram(),
  limitMs = programMs,
): Promise<LibraryAnswers> {
  return new Promise((resolve) => {
    const child = spawn(program.command, [...program.args], {
      stdio: ['ignore', 'pipe', 'ignore'],
      windowsHide: true,
      detached: process.platform !== 'win32',
    });
    const answers: Record<string, unknown> = {};
    const end = () => {
      clearTimeout(timer);
      resolve(answers);
    };
    const timer = setTimeout(() => {
      try {
        if (process.platform !== 'win32' && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
        else if (child.pid !== undefined)
          spawn('taskkill', ['/pid', `${child.pid}`, '/t', '/f'], { stdio: 'ignore' });
      } catch {
        // It is gone already.
      }
      child.stdout.destroy();
      child.unref();
      end();
    }, limitMs);
    createInterface({ input: child.stdout }).on('line', (line) => {
      try {
        const [name, value] = JSON.parse(line) as [string, unknown];
        if ((names as readonly string[]).includes(name)) answers[name] = value;
      } catch {
        // Something that the library printed.
      }
    });
    child.on('error', end);
    child.on('close', end);
  });
}

/** Each answer as a line, as soon as it is there: what hangs costs none of the others. */
export async function answerWithLibrary(write: (line: string) => void): Promise<void> {
  const { default: systeminformation } = await import('systeminformation');
  // The one that is known to wait for a program comes last.
  const inOrder = names.toSorted((a, b) => Number(a === 'graphics') - Number(b === 'graphics'));
  await Promise.all(
    inOrder.map(async (name) => {
      try {
        write(`${JSON.stringify([name, await systeminformation[name]()])}\n`);
      } catch {
        // Not known here.
      }
    }),
  );
}
