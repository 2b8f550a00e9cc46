import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  faultOfPackages,
  firstOutOfStep,
  pathsToInstall,
} from '../../../scripts/bootstrap/package-folder.mjs';

const zod = { version: '4.0.0' };
const forMac = { version: '1.0.0', optional: true, os: ['darwin'] };
const lock = { packages: { '': {}, 'node_modules/zod': zod, 'node_modules/fsevents': forMac } };
const installed = { packages: { 'node_modules/zod': zod } };
const everything = () => true;

describe('node_modules', () => {
  it('is whole where it has what the lock file names, but for what is optional', () => {
    expect(faultOfPackages(lock, installed, everything)).toBeUndefined();
  });

  it('is not there, or was left in the middle', () => {
    expect(faultOfPackages(lock, undefined, () => false)).toBe('not installed yet');
    expect(faultOfPackages(lock, undefined, everything)).toBe('an installation was interrupted');
  });

  it('lacks a package, on paper or on the disk', () => {
    expect(faultOfPackages(lock, { packages: {} }, everything)).toBe('zod is missing');
    expect(faultOfPackages(lock, installed, () => false)).toBe('zod is missing');
  });

  it('lacks an optional package that it says it has', () => {
    const all = { packages: { ...installed.packages, 'node_modules/fsevents': forMac } };
    const exists = (path: string) => !path.includes('fsevents');
    expect(faultOfPackages(lock, all, exists)).toBe('fsevents is missing');
  });

  it('has another version, and names a package inside another one', () => {
    const inside = 'node_modules/@a/b/node_modules/@c/d';
    const wanted = { packages: { [inside]: { version: '2.0.0' } } };
    const there = { packages: { [inside]: { version: '1.0.0' } } };
    expect(faultOfPackages(wanted, there, everything)).toBe('@c/d is 1.0.0, and is to be 2.0.0');
  });
});

describe('package.json', () => {
  const locked = { packages: { '': { dependencies: { zod: '4.0.0' }, devDependencies: { vite: '8.0.0' } } } };

  it('agrees with the lock file, or differs in a package', () => {
    const wished = { dependencies: { zod: '4.0.0' }, devDependencies: { vite: '8.0.0' } };
    expect(firstOutOfStep(wished, locked)).toBeUndefined();
    expect(firstOutOfStep({ ...wished, dependencies: { zod: '4.1.0' } }, locked)).toBe('zod');
    expect(firstOutOfStep({ ...wished, devDependencies: {} }, locked)).toBe('vite');
    expect(firstOutOfStep({ ...wished, optionalDependencies: { new: '1.0.0' } }, locked)).toBe('new');
  });

  it('agrees with the lock file of this checkout', () => {
    const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
    expect(firstOutOfStep(read('../../../package.json'), read('../../../package-lock.json'))).toBeUndefined();
  });
});

describe('what is to be installed', () => {
  it('is what the system can use', () => {
    const paths = (platform: string) => pathsToInstall(lock, { platform, arch: 'x64' });
    expect(paths('linux')).toEqual(['node_modules/zod']);
    expect(paths('darwin')).toEqual(['node_modules/zod', 'node_modules/fsevents']);
    const notOnWindows = { packages: { 'node_modules/a': { os: ['!win32'] } } };
    expect(pathsToInstall(notOnWindows, { platform: 'win32', arch: 'x64' })).toEqual([]);
    expect(pathsToInstall(notOnWindows, { platform: 'linux', arch: 'x64' })).toHaveLength(1);
  });

  it('is nearly what npm has installed here', () => {
    const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
    const here = read('../../../node_modules/.package-lock.json').packages as Record<string, unknown>;
    const ours = pathsToInstall(read('../../../package-lock.json'), process);
    // npm leaves out what only an optional package left out needs.
    expect(ours.filter((path) => !(path in here)).length).toBeLessThan(ours.length / 20);
  });
});
