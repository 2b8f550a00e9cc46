#!/usr/bin/env node
/** `npm start`: the app in Electron where that is possible, else the same page in a browser. */
import { requireNode } from './require-node.ts';

requireNode();
const { start } = await import('./start-app.ts');
process.exitCode = await start(process.argv.slice(2));
