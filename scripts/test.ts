/**
 * Runs every kind of test and adds them up. The last line is `N passed, N failed`.
 * Arguments are handed to vitest, and then only vitest runs.
 *
 * What compares no times runs in two lanes side by side, vitest in one, ctest and Playwright in the other: each of them alone leaves a core
 * idle while it waits. What compares times (the project `timing` of vitest and of Playwright, the label `timing` of ctest) has the machine to
 * itself, behind both.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';

interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Runner {
  readonly name: string;
  run(): Promise<Tally>;
}

const results = 'test-results';
const filters = process.argv.slice(2);
const none: Tally = { passed: 0, failed: 0, skipped: 0 };

/** Whether it ended well. Each of its lines is printed with its name, since two programs print at a time. */
async function execute(
  name: string,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, FORCE_COLOR: process.stdout.isTTY ? '1' : '0', ...env },
  });
  for (const [input, output] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const) {
    createInterface({ input }).on('line', (line) => output.write(`${name.padEnd(10)} │ ${line}\n`));
  }
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('close', (status) => resolve(status === 0));
  });
}

/** A runner that ends badly without naming a failed test has failed as a whole: it counts as one. */
function settle(name: string, ended: boolean, tally: Tally): Tally {
  if (ended || tally.failed > 0) return tally;
  console.error(`${name} did not end well`);
  return { ...tally, failed: 1 };
}

function vitest(part: string, args: readonly string[]): Runner {
  const report = `${results}/vitest-${part}.json`;
  return {
    name: 'vitest',
    async run() {
      const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
      const ended = await execute('vitest', 'vitest', ['run', ...reporters, ...args]);
      if (!existsSync(report)) return settle('vitest', false, none);
      const parsed = JSON.parse(readFileSync(report, 'utf8')) as {
        numPassedTests: number;
        numFailedTests: number;
        numPendingTests: number;
        numTodoTests: number;
      };
      return settle('vitest', ended, {
        passed: parsed.numPassedTests,
        failed: parsed.numFailedTests,
        skipped: parsed.numPendingTests + parsed.numTodoTests,
      });
    },
  };
}

function ctest(part: string, args: readonly string[]): Runner {
  const report = `${results}/ctest-${part}.xml`;
  return {
    name: 'ctest',
    async run() {
      const ended = await execute('ctest', 'ctest', [
        '--test-dir',
        'build/native',
        '--output-on-failure',
        '--no-tests=error',
        '--output-junit',
        `${process.cwd()}/${report}`,
        ...args,
      ]);
      const xml = existsSync(report) ? readFileSync(report, 'utf8') : '';
      const attribute = (name: string) => Number(new RegExp(`\\s${name}="(\\d+)"`).exec(xml)?.[1] ?? 0);
      const failed = attribute('failures');
      const skipped = attribute('skipped') + attribute('disabled');
      return settle('ctest', ended, { passed: attribute('tests') - failed - skipped, failed, skipped });
    },
  };
}

const reasons = new Set<string>();

function playwright(part: string, args: readonly string[]): Runner {
  const report = `${results}/playwright-${part}.json`;
  return {
    name: 'playwright',
    async run() {
      const ended = await execute('playwright', 'playwright', ['test', '--reporter=list,json', ...args], {
        PLAYWRIGHT_JSON_OUTPUT_NAME: report,
      });
      if (!existsSync(report)) return settle('playwright', false, none);
      const parsed = JSON.parse(readFileSync(report, 'utf8')) as {
        stats: { expected: number; unexpected: number; flaky: number; skipped: number };
      };
      const { expected, unexpected, flaky, skipped } = parsed.stats;
      // Playwright's list says that a test was skipped, and not why.
      const text = JSON.stringify(parsed);
      for (const [, reason] of text.matchAll(/"type":"skip","description":("(?:[^"\\]|\\.)*")/g)) {
        if (reason !== undefined) reasons.add(JSON.parse(reason));
      }
      return settle('playwright', ended, { passed: expected, failed: unexpected + flaky, skipped });
    },
  };
}

const durations: string[] = [];

/** One after the other. */
async function lane(runners: readonly Runner[]): Promise<Tally[]> {
  const tallies: Tally[] = [];
  for (const { name, run } of runners) {
    const start = Date.now();
    tallies.push(await run());
    durations.push(`${name} ${((Date.now() - start) / 1000).toFixed(0)} s`);
  }
  return tallies;
}

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
const start = Date.now();
const tallies =
  filters.length > 0
    ? await lane([vitest('filtered', filters)])
    : [
        ...(
          await Promise.all([
            lane([vitest('parallel', ['--project=!timing'])]),
            lane([
              ctest('parallel', ['--label-exclude', 'timing', '--parallel', String(availableParallelism())]),
              playwright('parallel', ['--project=pages']),
            ]),
          ])
        ).flat(),
        ...(await lane([
          vitest('timing', ['--project=timing']),
          ctest('timing', ['--label-regex', 'timing']),
          playwright('timing', ['--project=timing', '--no-deps']),
        ])),
      ];
const total = tallies.reduce((sum, tally) => ({
  passed: sum.passed + tally.passed,
  failed: sum.failed + tally.failed,
  skipped: sum.skipped + tally.skipped,
}));
if (total.skipped > 0)
  console.log(`\n${total.skipped} skipped${[...reasons].map((reason) => `\n- ${reason}`).join('')}`);
const seconds = ((Date.now() - start) / 1000).toFixed(0);
console.log(`\n${durations.join(', ')}, in all ${seconds} s (the slowest tests: npm run test:times)`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
