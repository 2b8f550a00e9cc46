/**
 * The programs that set up. They run beside this one, so that a line can say how far they are, each in a process group of its own,
 * so that one that starts others is ended with them.
 */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { environment, root } from './checkout.mjs';
import { StepFailure } from './step-failure.mjs';

const isWindows = process.platform === 'win32';
/** A package manager that is killed leaves a system half changed; it gets time to end by itself. */
const graceMs = 20_000;

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
let isEnding = false;

/**
 * @typedef {object} Outcome
 * @property {boolean} ok
 * @property {string} stdout
 * @property {string} output what it wrote, stdout and stderr as they came
 *
 * @typedef {object} RunOptions
 * @property {string} [cwd] the root of the checkout otherwise
 * @property {Record<string, string>} [env] besides that of every program
 * @property {string} [input]
 * @property {(line: string) => void} [onLine] hears each line as it comes
 */

/**
 * @param {string} command
 * @param {readonly string[]} commandArguments
 * @param {RunOptions} [options]
 * @returns {Promise<Outcome>} one that could not be started has failed, and says so in its output
 */
export function run(command, commandArguments, { cwd = root, env = {}, input, onLine } = {}) {
  if (isEnding) return Promise.resolve({ ok: false, stdout: '', output: 'The set-up was ended.' });
  return new Promise((resolve) => {
    const child = spawn(command, commandArguments, {
      cwd,
      env: { ...environment(), ...env },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      // A console of its own on Windows; there npm is a script of the shell.
      detached: !isWindows,
      shell: command.endsWith('.cmd'),
      windowsHide: true,
    });
    running.add(child);
    let stdout = '';
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
        if (stream === child.stdout) stdout += text;
        output += text;
        const lines = `${rest}${text}`.split(/\r?\n|\r/);
        rest = lines.pop() ?? '';
        for (const line of lines) onLine?.(line);
      });
    }
    child.on('error', (error) => {
      running.delete(child);
      resolve({ ok: false, stdout, output: error.message });
    });
    child.on('close', (code) => {
      running.delete(child);
      resolve({ ok: code === 0, stdout, output });
    });
    // Who does not read its input has ended, and says why elsewhere.
    child.stdin?.on('error', () => {}).end(input);
  });
}

/**
 * @param {string} command
 * @param {readonly string[]} commandArguments
 * @param {string} whatFailed
 * @param {RunOptions} [options]
 */
export async function runOrFail(command, commandArguments, whatFailed, options) {
  const outcome = await run(command, commandArguments, options);
  if (outcome.ok) return outcome;
  throw new StepFailure(
    `${whatFailed}:\n${lastLines(outcome.output)}\nThe command was: ${[command, ...commandArguments].join(' ')}`,
  );
}

/** @param {string} output */
export function lastLines(output, count = 25) {
  return output.trim().split('\n').slice(-count).join('\n');
}

/** Ends every program that still runs, and starts no other. Resolves when they have ended. */
export async function endAll() {
  isEnding = true;
  const ended = [...running].map(
    (child) => new Promise((resolve) => child.once('close', resolve).once('error', resolve)),
  );
  for (const child of running) signal(child, 'SIGINT');
  const kill = setTimeout(() => {
    for (const child of running) signal(child, 'SIGKILL');
  }, graceMs);
  await Promise.all(ended);
  clearTimeout(kill);
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} name
 */
function signal(child, name) {
  if (child.pid === undefined) return;
  if (isWindows) {
    spawn('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore' });
    return;
  }
  try {
    process.kill(-child.pid, name);
  } catch {
    // It has ended, or runs as another user (sudo) and ends by itself.
  }
}
