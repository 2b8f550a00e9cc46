/**
 * Runs every kind of test and adds them up. The last line is `N passed, N failed`.
 * Arguments are handed to vitest, and then only vitest runs.
 *
 * One runner after the other, each with all cores: what compares times (the project `timing` of vitest and of Playwright, RUN_SERIAL in ctest)
 * runs alone, behind what its runner does side by side.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

const results = 'test-results';
const filters = process.argv.slice(2);

function run(command: string, args: readonly string[], env: Record<string, string> = {}): boolean {
  return spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } }).status === 0;
}

/** A runner that ends badly without naming a failed test has failed as a whole: it counts as one. */
function settle(name: string, ended: boolean, tally: Tally): Tally {
  if (ended || tally.failed > 0) return tally;
  console.error(`${name} did not end well`);
  return { ...tally, failed: 1 };
}

function vitest(): Tally {
  const report = `${results}/vitest.json`;
  const ended = run('vitest', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...filters,
  ]);
  if (!existsSync(report)) return settle('vitest', false, { passed: 0, failed: 0, skipped: 0 });
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
}

function native(): Tally {
  const report = `${results}/ctest.xml`;
  const ended = run('ctest', [
    '--test-dir',
    'build/native',
    '--parallel',
    String(availableParallelism()),
    '--output-on-failure',
    '--output-junit',
    `${process.cwd()}/${report}`,
  ]);
  const xml = existsSync(report) ? readFileSync(report, 'utf8') : '';
  const attribute = (name: string) => Number(new RegExp(`\\s${name}="(\\d+)"`).exec(xml)?.[1] ?? 0);
  const failed = attribute('failures');
  const skipped = attribute('skipped') + attribute('disabled');
  return settle('ctest', ended, { passed: attribute('tests') - failed - skipped, failed, skipped });
}

function endToEnd(): Tally {
  const report = `${results}/playwright.json`;
  const ended = run('playwright', ['test', '--reporter=list,json'], { PLAYWRIGHT_JSON_OUTPUT_NAME: report });
  if (!existsSync(report)) return settle('playwright', false, { passed: 0, failed: 0, skipped: 0 });
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
}

const reasons = new Set<string>();

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
const runners: readonly (readonly [string, () => Tally])[] =
  filters.length > 0
    ? [['vitest', vitest]]
    : [
        ['vitest', vitest],
        ['ctest', native],
        ['playwright', endToEnd],
      ];
const durations: string[] = [];
const tallies = runners.map(([name, execute]) => {
  const start = Date.now();
  const tally = execute();
  durations.push(`${name} ${((Date.now() - start) / 1000).toFixed(0)} s`);
  return tally;
});
const total = tallies.reduce((sum, tally) => ({
  passed: sum.passed + tally.passed,
  failed: sum.failed + tally.failed,
  skipped: sum.skipped + tally.skipped,
}));
if (total.skipped > 0)
  console.log(`\n${total.skipped} skipped${[...reasons].map((reason) => `\n- ${reason}`).join('')}`);
console.log(`\n${durations.join(', ')} (the slowest tests: npm run test:times)`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
