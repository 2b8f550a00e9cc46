import { spawn } from 'node:child_process';
import { hasDisplay } from './display.ts';

/** Opens the user's browser where there is one; where there is none, the address has been printed. */
export function openBrowser(address: string): void {
  if (!hasDisplay(process.platform, process.env)) return;
  const [command, ...args] = opener(process.platform, address);
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}

function opener(platform: NodeJS.Platform, address: string): [command: string, ...args: string[]] {
  if (platform === 'darwin') return ['open', address];
  // `start` is a word of cmd, which would split the address at `&`; this one takes it as it is.
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', address];
  return ['xdg-open', address];
}
