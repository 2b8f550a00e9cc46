/** Builds what is shipped: the page and the bench page (out/renderer), and Electron's entry and preload script (out/desktop). */
import { build, type InlineConfig } from 'vite';

/** Too entangled with the disk to be bundled: a native module, and one that loads others as it goes. */
const packagesBeside = ['better-sqlite3', 'systeminformation'];

/** One file for Electron's Node, with every package in it that is not named. */
function bundle(entry: string, fileName: string, format: 'es' | 'cjs', external: string[]): InlineConfig {
  return {
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    ssr: { noExternal: true, external },
    build: {
      ssr: entry,
      outDir: 'out/desktop',
      emptyOutDir: false,
      target: 'node24',
      minify: false,
      rolldownOptions: { output: { format, entryFileNames: fileName, codeSplitting: false } },
    },
  };
}

/** The bench page, beside the interface, for the same server hands it out. */
const benchPage: InlineConfig = {
  configFile: false,
  root: 'webgpu-bench/page',
  base: './',
  publicDir: false,
  logLevel: 'warn',
  worker: { format: 'es' },
  build: {
    outDir: '../../out/renderer/bench',
    emptyOutDir: true,
    target: 'chrome140',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
};

await build({ configFile: 'vite.config.ts', logLevel: 'warn' });
await build(benchPage);
await build(bundle('main/desktop/main.ts', 'main.js', 'es', ['electron', ...packagesBeside]));
await build(bundle('main/desktop/preload.ts', 'preload.cjs', 'cjs', ['electron']));
