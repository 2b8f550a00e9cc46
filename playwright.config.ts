/** End to end: the served app in the system's own Chromium, and the desktop app with a stand-in for Electron. */
import { defineConfig } from '@playwright/test';
import { findBrowser } from './main/report/browser.ts';

// An A/A test after the first run takes long; the programs that tests start inherit this.
process.env.PLIMSOLL_NOISE_TEST ??= 'off';

const browser = findBrowser();

export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'test-results/playwright',
  // The program under test uses every core.
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  use: {
    viewport: { width: 1360, height: 900 },
    colorScheme: 'light',
    trace: 'retain-on-failure',
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
