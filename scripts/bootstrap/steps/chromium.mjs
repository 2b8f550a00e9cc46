import process from 'node:process';
import { onPath } from '../checkout.mjs';
import { run } from '../processes.mjs';
import { installSystemPackages } from '../system-packages.mjs';

/** A real browser for the interface and WebGPU, and what Dawn in Node finds its adapters by. */
/** @type {import('../schedule.mjs').Step} */
export const chromium = {
  title: 'Chromium',
  after: ['compiler', 'onednn'],
  async due() {
    const missing = await missingPackages();
    return missing.length > 0 ? `installing ${missing.join(', ')}` : undefined;
  },
  async run(report) {
    const purpose = 'to test the interface and WebGPU in a real browser';
    await installSystemPackages(await missingPackages(), purpose, report);
  },
};

async function missingPackages() {
  const missing = [];
  if (!['chromium', 'chromium-browser', 'google-chrome'].some(onPath)) missing.push('chromium');
  // The Vulkan loader; Chromium has its own.
  if (
    process.platform === 'linux' &&
    !(await run('/sbin/ldconfig', ['-p'])).stdout.includes('libvulkan.so.1')
  )
    missing.push('libvulkan1');
  return missing;
}
