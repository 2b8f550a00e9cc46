import type { Command } from 'commander';
import { rendererFolder } from '../../app/paths.ts';
import { startServer } from '../../serve/server.ts';
import { openBrowser } from '../browser.ts';
import { type CommandContext, parseInteger, printJson } from '../context.ts';
import { onInterrupt } from '../interrupt.ts';

interface ServeOptions {
  /** The page of this run, and not the first page. */
  run?: string;
  port: number;
  open: boolean;
  json?: true;
}

export function addServe(program: Command, context: CommandContext): void {
  program
    .command('serve')
    .description('show the app in a browser of this machine, or through an SSH tunnel to it; Ctrl-C stops')
    .option('--port <number>', 'default: any that is free', (text) => parseInteger(text, 0, 65535), 0)
    .option('--no-open', 'do not open the browser')
    .option('--json', 'print the address as JSON')
    .action((options: ServeOptions) => serve(context, options));
}

/** Serves until a signal comes. */
export async function serve({ api, terminal }: CommandContext, options: ServeOptions): Promise<void> {
  const server = await startServer({ api, port: options.port, rendererFolder: rendererFolder() });
  const address =
    options.run === undefined ? server.address : `${server.address}&page=gap&run=${options.run}`;
  const interrupted = new Promise<void>((resolve) => onInterrupt(resolve));
  if (options.json) printJson(terminal, { address, port: server.port });
  else terminal.out(`Plimsoll is at ${address}`);
  terminal.err(
    `From another machine: ssh -L ${server.port}:127.0.0.1:${server.port} <this machine>, then open the address there. Ctrl-C stops.`,
  );
  if (options.open) openBrowser(address);
  await interrupted;
  await server.close();
}
