/** Builds what is shipped: the page (out/renderer), and Electron's entry and preload script (out/desktop). */
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

await build({ configFile: 'vite.config.ts', logLevel: 'warn' });
await build(bundle('main/desktop/main.ts', 'main.js', 'es', ['electron', ...packagesBeside]));
await build(bundle('main/desktop/preload.ts', 'preload.cjs', 'cjs', ['electron']));
