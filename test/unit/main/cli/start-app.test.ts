import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeProblem } from '../../../../main/cli/require-node.ts';
import { findElectron } from '../../../../main/cli/start-app.ts';

const display = { platform: 'linux', environment: { DISPLAY: ':0' }, isRoot: false } as const;

describe('findElectron', () => {
  let root: string;
  let folder: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'plimsoll-start-'));
    folder = join(root, 'node_modules', 'electron');
    await mkdir(join(folder, 'dist'), { recursive: true });
  });
  afterEach(() => rm(root, { recursive: true }));

  it('looks for nothing where no window can be shown', () => {
    const electron = findElectron(root, { ...display, environment: {} });
    expect(electron).toMatchObject({ status: 'absent', why: expect.stringContaining('no display') });
  });

  it('knows that Electron refuses root on Linux', () => {
    const electron = findElectron(root, { ...display, isRoot: true });
    expect(electron).toEqual({ status: 'absent', why: 'Electron does not run as root' });
  });

  it('finds the binary that the package names', async () => {
    await writeFile(join(folder, 'path.txt'), 'electron');
    await writeFile(join(folder, 'dist', 'electron'), '');
    await chmod(join(folder, 'dist', 'electron'), 0o755);
    const binary = join(folder, 'dist', 'electron');
    expect(findElectron(root, display)).toEqual({ status: 'found', binary });
  });

  it('fetches the binary where it is not there', async () => {
    await writeFile(
      join(folder, 'install.js'),
      `const fs = require('node:fs');
       fs.writeFileSync(__dirname + '/path.txt', 'electron');
       fs.writeFileSync(__dirname + '/dist/electron', '');`,
    );
    const binary = join(folder, 'dist', 'electron');
    expect(findElectron(root, display)).toEqual({ status: 'found', binary });
  });

  it('says in one line why it could not be fetched', async () => {
    await writeFile(join(folder, 'install.js'), "throw new Error('getaddrinfo ENOTFOUND github.com');");
    expect(findElectron(root, { platform: 'darwin', environment: {}, isRoot: true })).toEqual({
      status: 'absent',
      why: 'Electron could not be fetched (getaddrinfo ENOTFOUND github.com)',
    });
  });

  it('says that the package is not there', () => {
    const electron = findElectron(root, { platform: 'win32', environment: {}, isRoot: false });
    expect(electron).toEqual({ status: 'absent', why: 'The package electron is not installed' });
  });
});

describe('nodeProblem', () => {
  it.each(['20.20.2', '22.11.0', '18.0.0'])('refuses Node %s and names the way out', (version) => {
    expect(nodeProblem(version)).toContain('npm run plimsoll');
  });
  it.each(['22.12.0', '24.21.0', '25.0.0'])('takes Node %s', (version) => {
    expect(nodeProblem(version)).toBeUndefined();
  });
});
