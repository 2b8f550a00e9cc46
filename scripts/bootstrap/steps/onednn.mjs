import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { StepFailure } from '../step-failure.mjs';
import { installSystemPackages } from '../system-packages.mjs';

/** What is compared with and tested against it is left out without it: its absence is said, and is no fault. */
/** @type {import('../schedule.mjs').Step} */
export const onednn = {
  title: 'oneDNN',
  after: ['compiler'],
  due: async () =>
    process.platform !== 'linux' || onednnVersion() !== '' ? undefined : 'installing libdnnl-dev',
  async run(report) {
    try {
      await installSystemPackages(['libdnnl-dev'], 'to compare the native kernels with oneDNN', report);
    } catch (error) {
      if (!(error instanceof StepFailure)) throw error;
      report.print(`oneDNN is left out: ${error.message.split('\n')[0]}`);
    }
  },
};

/** The lines of its header that say so; empty where it is not installed. */
export function onednnVersion() {
  for (const folder of ['/usr/include', '/usr/local/include', '/opt/homebrew/include']) {
    const header = join(folder, 'oneapi', 'dnnl', 'dnnl_version.h');
    if (!existsSync(header)) continue;
    const lines = readFileSync(header, 'utf8').match(/DNNL_VERSION_(MAJOR|MINOR|PATCH) +\d+/g) ?? [];
    return `${header} ${lines.join(' ')}`;
  }
  return '';
}
