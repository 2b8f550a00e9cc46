/** Programs that pass or fail, run side by side: a line for each when it has ended, and all that it wrote where it failed. */
import { spawn } from 'node:child_process';

export interface Check {
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  /** What is worth showing of its output where it passed. */
  readonly worthShowing?: RegExp;
}

export const staticChecks: readonly Check[] = [
  { title: 'lint and format (mend with: npx biome check --write .)', command: 'biome', args: ['ci', '.'] },
  { title: 'files, exports and packages that nothing uses', command: 'knip', args: [] },
  { title: 'workflow files', command: 'node', args: ['scripts/check-workflows.ts'] },
  { title: 'types', command: 'tsc', args: ['-p', '.'] },
  { title: 'types of the renderer', command: 'tsc', args: ['-p', 'renderer'] },
  { title: 'types of the bench page', command: 'tsc', args: ['-p', 'webgpu-bench/page'] },
  { title: 'types of the page that compares', command: 'tsc', args: ['-p', 'webgpu-bench/compare'] },
];

/** Two at a time, the first of the list first. All of them run even when one fails. Resolves to the exit code. */
export async function runChecks(checks: readonly Check[]): Promise<number> {
  const start = Date.now();
  const waiting = [...checks];
  const failed: string[] = [];
  const work = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      if (!(await runCheck(check))) failed.push(check.title);
    }
  };
  await Promise.all([work(), work()]);
  const passed = checks.length - failed.length;
  console.log(`\n${passed} checks passed, ${failed.length} failed (${seconds(start)})`);
  for (const title of failed) console.log(`FAILED: ${title}`);
  return failed.length > 0 ? 1 : 0;
}

function runCheck({ title, command, args, worthShowing }: Check): Promise<boolean> {
  const start = Date.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const end = (ok: boolean) => {
      const shown = ok ? (output.match(worthShowing ?? /$^/g) ?? []) : [output.trimEnd()];
      console.log([`${ok ? 'passed' : 'FAILED'}: ${title} (${seconds(start)})`, ...shown].join('\n'));
      resolve(ok);
    };
    child.on('error', (error) => {
      output += error.message;
      end(false);
    });
    child.on('close', (code) => end(code === 0));
  });
}

function seconds(start: number): string {
  return `${((Date.now() - start) / 1000).toFixed(1)} s`;
}
