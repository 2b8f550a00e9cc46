/** What has this system run `plimsoll watch` at login and once a day: printed, and installed only by whoever asks for it. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

export interface Timer {
  readonly files: readonly { readonly path: string; readonly content: string }[];
  /** Which make it effective, in order. */
  readonly commands: readonly (readonly [program: string, ...args: string[]])[];
  /** What takes it away again, for people. */
  readonly removal: string;
}

/** The program as it was started. */
const watching = [process.execPath, process.argv[1] ?? 'plimsoll', 'watch'];

/** Undefined for a system without one that is known here. */
export function timerOf(
  platform: string,
  home: string = homedir(),
  command: readonly string[] = watching,
): Timer | undefined {
  if (platform === 'linux') return systemdTimer(home, command);
  if (platform === 'darwin') return launchAgent(home, command);
  return platform === 'win32' ? scheduledTask(command) : undefined;
}

/** systemd.timer(5); a user's units lie in ~/.config/systemd/user (systemd.unit(5)). */
function systemdTimer(home: string, command: readonly string[]): Timer {
  const folder = join(home, '.config/systemd/user');
  const quoted = command
    .map((word) => `"${word.replaceAll(/[\\"]/g, '\\$&').replaceAll('%', '%%')}"`)
    .join(' ');
  return {
    files: [
      {
        path: join(folder, 'plimsoll-watch.service'),
        content: `[Unit]\nDescription=Plimsoll: measure again after an update\n\n[Service]\nType=oneshot\nExecStart=${quoted}\nSuccessExitStatus=3\n`,
      },
      {
        path: join(folder, 'plimsoll-watch.timer'),
        content:
          '[Unit]\nDescription=Plimsoll: look for updates\n\n[Timer]\nOnStartupSec=10min\nOnCalendar=daily\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n',
      },
    ],
    commands: [
      ['systemctl', '--user', 'daemon-reload'],
      ['systemctl', '--user', 'enable', '--now', 'plimsoll-watch.timer'],
    ],
    removal: 'systemctl --user disable --now plimsoll-watch.timer',
  };
}

/** launchd.plist(5). */
function launchAgent(home: string, command: readonly string[]): Timer {
  const path = join(home, 'Library/LaunchAgents/plimsoll.watch.plist');
  const escaped = (text: string) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const words = command.map((word) => `    <string>${escaped(word)}</string>`).join('\n');
  return {
    files: [
      {
        path,
        content: `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>plimsoll.watch</string>
  <key>ProgramArguments</key>
  <array>
${words}
  </array>
  <key>RunAtLoad</key>
  <true/>
  <key>StartInterval</key>
  <integer>86400</integer>
</dict>
</plist>
`,
      },
    ],
    commands: [['launchctl', 'load', '-w', path]],
    removal: `launchctl unload -w ${path}`,
  };
}

/** schtasks /create takes the whole command line as one argument. */
function scheduledTask(command: readonly string[]): Timer {
  const line = command.map((word) => `"${word}"`).join(' ');
  return {
    files: [],
    commands: [
      ['schtasks', '/Create', '/F', '/TN', 'Plimsoll watch at login', '/SC', 'ONLOGON', '/TR', line],
      ['schtasks', '/Create', '/F', '/TN', 'Plimsoll watch', '/SC', 'DAILY', '/ST', '12:00', '/TR', line],
    ],
    removal: 'schtasks /Delete /TN "Plimsoll watch" and schtasks /Delete /TN "Plimsoll watch at login"',
  };
}

export function formatTimer({ files, commands, removal }: Timer): string {
  return [
    ...files.map(({ path, content }) => `${path}\n${content}`),
    `Then: ${commands.map((words) => words.join(' ')).join(' && ')}`,
    `To remove it: ${removal}`,
  ].join('\n');
}

/** Rejects where a file cannot be written or a command fails. */
export async function installTimer({ files, commands }: Timer): Promise<void> {
  for (const { path, content } of files) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  for (const [program, ...args] of commands) await promisify(execFile)(program, args);
}
