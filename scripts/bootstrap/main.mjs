/**
 * Makes a checkout ready for a task, then runs it:
 *
 *     node scripts/bootstrap/main.mjs TASK [arguments …]
 *
 * Plain JavaScript without dependencies, because it is what installs them: it must run on a bare Node 20. Everything after it runs on the
 * Node 24 that the project depends on. `tasks.mjs` says which steps a task needs; a step is left out where its product is up to date; one
 * that fails says what failed, why, and what to do.
 */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { environment, node24, root, stampFolder } from './checkout.mjs';
import { lock } from './lock.mjs';
import { endAll } from './processes.mjs';
import { clock, createProgressLine } from './progress-line.mjs';
import { dueSteps, runSteps } from './schedule.mjs';
import { StepFailure } from './step-failure.mjs';
import { tasks } from './tasks.mjs';

/** What a shell reports of a program that Ctrl-C has ended. */
const interruptedCode = 130;

/** @param {string} message @returns {never} */
function fail(message) {
  process.stderr.write(`\n${message}\n`);
  process.exit(1);
}

/**
 * @param {string} name
 * @param {import('./tasks.mjs').Task} task
 */
async function setUp(name, { steps, program }) {
  if ((await dueSteps(steps)).size === 0) return;
  const start = Date.now();
  const line = createProgressLine({ stream: process.stderr });
  let release = () => {};
  const interrupt = async () => {
    line.close();
    process.stderr.write('Ending. The next command takes up from here.\n');
    await endAll();
    release();
    process.exit(interruptedCode);
  };
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  for (const signal of signals) process.once(signal, interrupt);
  try {
    release = await lock(stampFolder, (holder) =>
      line.print(`Waiting for another command that sets this checkout up (process ${holder}).`),
    );
    const due = await dueSteps(steps);
    await runSteps(steps, due.keys(), line, program === undefined ? undefined : `then ${name}`);
    line.close();
    process.stderr.write(`Set up in ${clock(Date.now() - start)}.\n`);
  } catch (error) {
    line.close();
    await endAll();
    release();
    if (error instanceof StepFailure) fail(error.message);
    throw error;
  }
  release();
  for (const signal of signals) process.off(signal, interrupt);
}

/** @param {readonly string[]} programArguments */
function runProgram(programArguments) {
  const child = spawn(node24, ['--disable-warning=ExperimentalWarning', ...programArguments], {
    cwd: root,
    stdio: 'inherit',
    env: environment(),
  });
  // The program ends in order; this one waits for it. The keyboard's Ctrl-C reaches it by itself.
  process.on('SIGINT', () => {});
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal));
  child.on('error', (error) =>
    fail(`${node24} could not be started: ${error.message}. Delete node_modules and try again.`),
  );
  child.on('exit', (code) => process.exit(code ?? interruptedCode));
}

const [name = '', ...programArguments] = process.argv.slice(2);
const task = Object.hasOwn(tasks, name) ? tasks[name] : undefined;
if (task === undefined) {
  fail(`There is no task '${name}'. The tasks are: ${Object.keys(tasks).join(', ')}.`);
}
await setUp(name, task);
if (task.program !== undefined) runProgram([...task.program, ...programArguments]);
