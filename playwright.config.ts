/** End to end: the served app in the system's own Chromium, and the desktop app with a stand-in for Electron. */
import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

// An A/A test after the first run takes long; the programs that tests start inherit this.
process.env.PLIMSOLL_NOISE_TEST ??= 'off';

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const chromium = process.env.CHROMIUM_PATH ?? candidates.find((path) => existsSync(path));

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
      ...(chromium !== undefined && { executablePath: chromium }),
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
