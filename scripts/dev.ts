/**
 * `npm run dev`: the page with hot reload, against the real API. Vite serves the page from its sources; what the page asks goes through it to
 * the app's own server, a process that starts again when one of its sources changes. Options: --port N (5173), --no-open.
 */
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { createServer } from 'vite';
import { openBrowser } from '../main/cli/browser.ts';
import { onInterrupt } from '../main/cli/interrupt.ts';
import { createSessions } from '../main/serve/session.ts';
import { startApi } from './dev/api-process.ts';
import { gateway } from './dev/gateway.ts';

const loopback = '127.0.0.1';
const { values } = parseArgs({
  // Node's parser has no --no-open of an option that is on by default.
  options: { port: { type: 'string', default: '5173' }, 'no-open': { type: 'boolean', default: false } },
});

const api = startApi();
const sessions = createSessions();
const vite = await createServer({
  configFile: 'vite.config.ts',
  clearScreen: false,
  server: { host: loopback, port: Number(values.port), cors: false },
  plugins: [
    {
      name: 'plimsoll-api',
      configureServer: ({ middlewares }) => void middlewares.use(gateway({ api, sessions })),
    },
  ],
});
await vite.listen();
// Where the port is in use Vite has taken the next one.
const bound = vite.httpServer?.address() as AddressInfo | undefined;

const address = `http://${loopback}:${bound?.port}/#token=${sessions.token}`;
console.log(
  `Plimsoll is at ${address}\nChanges in renderer arrive in the page; those in main or core start the API again. Ctrl-C ends.`,
);
if (!values['no-open']) openBrowser(address);

await new Promise<void>((resolve) => onInterrupt(resolve));
await Promise.all([vite.close(), api.stop()]);
process.exit(0);
