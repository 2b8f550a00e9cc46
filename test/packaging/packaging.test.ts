/**
 * electron-builder.yml packs the app: into the real layout, around a stand-in for Electron's binary, which comes from a
 * host that is not always there. electron-builder checks the whole file against its own schema before it begins.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const root = join(import.meta.dirname, '..', '..');
const parts = [
  'out/desktop/main.js',
  'out/desktop/preload.cjs',
  'out/renderer/index.html',
  'build/native/plimsoll-native-bench',
];
const missing = parts.filter((part) => !existsSync(join(root, part)));

/** Too entangled with the disk to be bundled: a native module, and one that loads others as it goes. */
const packagesBeside = ['better-sqlite3', 'systeminformation'];

/** Marks the fuses in Electron's binary: version, count, then one character a fuse. */
const fuseSentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const fuseCount = 8;

let folder: string;
let unpacked: string;

async function writeElectronStandIn(electron: string): Promise<void> {
  await mkdir(join(electron, 'resources'), { recursive: true });
  await mkdir(join(electron, 'locales'));
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(join(root, 'node_modules/electron/package.json'), 'utf8')));
  await writeFile(join(electron, 'version'), version);
  for (const name of [
    'LICENSE',
    'LICENSES.chromium.html',
    'chrome-sandbox',
    'locales/en-US.pak',
    'locales/fr.pak',
  ]) {
    await writeFile(join(electron, name), name);
  }
  // Every fuse as Electron ships the dangerous ones: switched on.
  const fuses = Buffer.concat([
    Buffer.from(fuseSentinel),
    Buffer.from([1, fuseCount]),
    Buffer.alloc(fuseCount, '1'),
  ]);
  await writeFile(join(electron, 'electron'), Buffer.concat([Buffer.alloc(64), fuses, Buffer.alloc(64)]));
  await chmod(join(electron, 'electron'), 0o755);
}

/** An asar begins with four 32-bit numbers, the last of which is the length of the JSON that follows. */
async function readAsarHeader(path: string): Promise<Set<string>> {
  const Entry: z.ZodType<AsarEntry> = z.lazy(() =>
    z.object({ files: z.record(z.string(), Entry).optional(), unpacked: z.boolean().optional() }),
  );
  const file = await open(path);
  try {
    const { buffer: sizes } = await file.read(Buffer.alloc(16), 0, 16, 0);
    const length = sizes.readUInt32LE(12);
    const { buffer: header } = await file.read(Buffer.alloc(length), 0, length, 16);
    const names = new Set<string>();
    const walk = ({ files }: AsarEntry, prefix: string) => {
      for (const [name, entry] of Object.entries(files ?? {})) {
        names.add(`${prefix}${name}`);
        walk(entry, `${prefix}${name}/`);
      }
    };
    walk(Entry.parse(JSON.parse(header.toString('utf8'))), '');
    return names;
  } finally {
    await file.close();
  }
}
interface AsarEntry {
  files?: Record<string, AsarEntry> | undefined;
  unpacked?: boolean | undefined;
}

describe.skipIf(missing.length > 0 || process.platform !== 'linux')(
  `the packed app${missing.length > 0 ? ` (needs ${missing.join(', ')}: npm run setup)` : ''}`,
  () => {
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'plimsoll-packaging-'));
      const electron = join(folder, 'electron');
      await writeElectronStandIn(electron);
      const result = spawnSync(
        'electron-builder',
        [
          ...['--dir', '--linux', '--publish', 'never'],
          `-c.electronDist=${electron}`,
          `-c.directories.output=${join(folder, 'release')}`,
        ],
        { cwd: root, encoding: 'utf8', timeout: 110_000 },
      );
      expect(result.status, `${result.stdout}${result.stderr}`).toBe(0);
      unpacked = join(folder, 'release', 'linux-unpacked');
    }, 120_000);
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it('has the native program as a real file that can be started', async () => {
      const program = join(unpacked, 'resources', 'native', 'plimsoll-native-bench');
      expect((await stat(program)).mode & 0o111).not.toBe(0);
      expect(await readdir(join(unpacked, 'resources', 'native'))).toEqual(['plimsoll-native-bench']);
    });

    it('has the built app in its archive, and neither sources nor tests', async () => {
      const names = await readAsarHeader(join(unpacked, 'resources', 'app.asar'));
      expect(names).toContain('package.json');
      for (const part of parts.slice(0, 3)) expect(names).toContain(part);
      const folders = [...names].filter((name) => !name.includes('/')).toSorted();
      expect(folders).toEqual(['node_modules', 'out', 'package.json']);
      const packages = [...names].filter((name) => /^node_modules\/(@[^/]+\/)?[^/@]+$/.test(name));
      expect(packages.toSorted()).toEqual(packagesBeside.map((name) => `node_modules/${name}`));
    });

    it('has every package in its bundle but those that lie beside it', async () => {
      const bundle = await readFile(join(root, 'out/desktop/main.js'), 'utf8');
      const imports = [...bundle.matchAll(/^(?:import|export)\b[^'"]*?['"]([^'"]+)['"]/gm)].map(
        (match) => match[1] ?? '',
      );
      expect(imports).toContain('electron');
      const packages = new Set(imports.filter((name) => !name.startsWith('.') && !isBuiltin(name)));
      expect([...packages].filter((name) => ![...packagesBeside, 'electron'].includes(name))).toEqual([]);
    });

    it('has the binary of better-sqlite3 outside its archive', async () => {
      const prebuilds = join(unpacked, 'resources/app.asar.unpacked/node_modules/better-sqlite3/prebuilds');
      const binaries = (await readdir(prebuilds, { recursive: true })).filter((name) =>
        name.endsWith('.node'),
      );
      expect(binaries.join()).toContain(`linux-${process.arch}`);
    });

    it('has the one language of its interface', async () => {
      expect(await readdir(join(unpacked, 'locales'))).toEqual(['en-US.pak']);
    });

    it('has the fuses blown that would let others use its binary as Node', async () => {
      const binary = await readFile(join(unpacked, 'plimsoll'));
      const start = binary.indexOf(fuseSentinel) + fuseSentinel.length + 2;
      const fuses = binary.subarray(start, start + fuseCount).toString('latin1');
      const [runAsNode, , nodeOptions, inspect, integrity, onlyAsar, , fileProtocol] = fuses;
      expect({ runAsNode, nodeOptions, inspect, integrity, onlyAsar, fileProtocol }).toEqual({
        runAsNode: '0',
        nodeOptions: '0',
        inspect: '0',
        integrity: '1',
        onlyAsar: '1',
        fileProtocol: '0',
      });
    });
  },
);
