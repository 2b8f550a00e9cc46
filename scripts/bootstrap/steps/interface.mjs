import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder, node24, root } from '../checkout.mjs';
import { runOrFail } from '../processes.mjs';
import { digestOf, isStamped, removeStamp, writeStamp } from '../stamps.mjs';

const stamp = 'interface';
const folders = ['renderer', 'core', 'main', 'webgpu-bench'];

/** The page, the bench page, and what Electron starts. */
/** @type {import('../schedule.mjs').Step} */
export const userInterface = {
  title: 'interface',
  after: ['packages'],
  async due() {
    if (!existsSync(join(root, 'out', 'renderer', 'index.html'))) return 'not built yet';
    return isStamped(stamp, digest()) ? undefined : 'its sources have changed';
  },
  async run() {
    removeStamp(stamp);
    await runOrFail(node24, ['scripts/build.ts'], 'The interface could not be built');
    writeStamp(stamp, digest());
  },
};

function digest() {
  const sources = folders.flatMap((folder) => filesUnder(folder, /\.(ts|tsx|css|html|json|svg|woff2)$/));
  return digestOf(['package-lock.json', 'vite.config.ts', ...sources]);
}
