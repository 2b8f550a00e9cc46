/** End to end: the served app in the system's own Chromium, and the desktop app with a stand-in for Electron. */
import { availableParallelism } from 'node:os';
import { defineConfig } from '@playwright/test';
import { findBrowser } from './main/report/browser.ts';

// An A/A test after the first run takes long; the programs that tests start inherit this.
process.env.PLIMSOLL_NOISE_TEST ??= 'off';

const browser = findBrowser();

export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'test-results/playwright',
  globalSetup: './test/e2e/support/measured.ts',
  fullyParallel: true,
  // Many wait for a run or for a page to be still: one more than there are cores keeps these busy.
  workers: availableParallelism() + 1,
  // What counts a page's frames or the moments between its changes runs by itself, behind all else.
  projects: [
    { name: 'pages', grepInvert: /@timing/ },
    { name: 'timing', grep: /@timing/, workers: 1, dependencies: ['pages'] },
  ],
  timeout: 90_000,
  expect: { timeout: 15_000 },
  use: {
    viewport: { width: 1360, height: 900 },
    colorScheme: 'light',
    // Recording every test takes a fifth of the time of all.
    trace: process.env.PLIMSOLL_TRACE === '1' ? 'retain-on-failure' : 'off',
    launchOptions: {
      ...(browser !== undefined && { executablePath: browser }),
      args: [
        // Chromium's sandbox refuses to run as root.
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
  },
});
