/** The provider `webgpu` as a program: the protocol on stdin and stdout, its log on stderr. */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { ProviderServer } from '../provider/server.ts';
import { dawnHost } from './dawn.ts';

// Dawn prints what goes wrong on stdout, which belongs to the protocol.
console.log = console.info = (...words: unknown[]) => console.error(...words);

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const host = await dawnHost(String(version));
const server = new ProviderServer({
  host,
  send: (message) => process.stdout.write(`${JSON.stringify(message)}\n`),
  // Dawn keeps Node alive as long as it exists.
  end: () => process.stdout.write('', () => process.exit(0)),
});

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  if (line.trim() !== '') server.receive(line);
});
lines.on('close', async () => {
  await server.idle();
  process.stdout.write('', () => process.exit(0));
});
