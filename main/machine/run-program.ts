/** Asking a program of the system, which may hang: a driver that lost its card keeps its tools waiting for ever. */
import { spawn } from 'node:child_process';

/** What it printed; null where it is not there, failed, or did not answer in time. Never rejects. */
export type RunProgram = (command: string, args: readonly string[]) => Promise<string | null>;

/** All of them are asked at once, and detection may take four seconds. */
export const programMs = 3500;
const mostBytes = 1 << 20;

export const runProgram: RunProgram = (command, args) =>
  new Promise((resolve) => {
    const child = spawn(command, [...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
      windowsHide: true,
      env: { ...process.env, LC_ALL: 'C' },
      // A group of its own, so that what it starts ends with it.
      detached: process.platform !== 'win32',
    });
    let output = '';
    const end = (answer: string | null) => {
      clearTimeout(timer);
      resolve(answer);
    };
    const giveUp = () => {
      try {
        if (process.platform !== 'win32' && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
      } catch {
        // It is gone already.
      }
      // One that waits within the kernel outlives even this, and must not keep this program waiting too.
      child.stdout.destroy();
      child.unref();
      end(null);
    };
    const timer = setTimeout(giveUp, programMs);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.length > mostBytes) giveUp();
    });
    child.on('error', () => end(null));
    child.on('close', (code) => end(code === 0 ? output : null));
  });
