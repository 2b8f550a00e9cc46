#!/usr/bin/env node
/** The entry of the command line. It checks Node before it loads anything: better-sqlite3 crashes Node 20. */
import { requireNode } from './require-node.ts';

requireNode();
const { runPlimsoll } = await import('./program.ts');
// Not process.exit(): what is still on its way to a pipe has to arrive. Where that failed, its code stands.
const exitCode = await runPlimsoll(process.argv.slice(2));
process.exitCode ||= exitCode;
