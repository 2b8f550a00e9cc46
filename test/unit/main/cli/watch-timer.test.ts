import { expect, it } from 'vitest';
import { formatTimer, timerOf } from '../../../../main/cli/watch-timer.ts';

const command = ['/opt/My Programs/node', '/opt/plimsoll.ts', 'watch'];

it('is a user timer of systemd on Linux, with its paths quoted', () => {
  const timer = timerOf('linux', '/home/me', command);
  expect(timer?.files.map(({ path }) => path)).toEqual([
    '/home/me/.config/systemd/user/plimsoll-watch.service',
    '/home/me/.config/systemd/user/plimsoll-watch.timer',
  ]);
  expect(timer?.files[0]?.content).toContain('ExecStart="/opt/My Programs/node" "/opt/plimsoll.ts" "watch"');
  expect(timer && formatTimer(timer)).toContain('systemctl --user enable --now plimsoll-watch.timer');
});

it('is a launch agent on macOS, and two tasks on Windows', () => {
  const agent = timerOf('darwin', '/Users/me', ['/a & b/node', 'watch'])?.files[0];
  expect(agent?.path).toBe('/Users/me/Library/LaunchAgents/plimsoll.watch.plist');
  expect(agent?.content).toContain('<string>/a &amp; b/node</string>');
  expect(timerOf('win32', 'C:\\', command)?.commands.map((words) => words[0])).toEqual([
    'schtasks',
    'schtasks',
  ]);
  expect(timerOf('plan9', '/', command)).toBeUndefined();
});
