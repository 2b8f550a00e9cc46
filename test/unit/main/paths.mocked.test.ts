import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  checkoutRoot,
  dataFolder,
  nativeBenchPath,
  onednnBenchPath,
  rendererFolder,
} from '../../../main/app/paths.ts';
import { apiErrorOf } from '../../fixtures/api/api-error.ts';

/** What is there and what is not, where it must not depend on what has been built. */
const disk = vi.hoisted(() => new Map<string, boolean>());

vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  return { ...real, existsSync: (path: string) => disk.get(path) ?? real.existsSync(path) };
});

/** What the system says of the user, where a test says otherwise. */
const system = vi.hoisted(() => ({}) as { homedir?: () => string; userInfo?: () => { homedir: string } });

vi.mock('node:os', async (original) => {
  const real = await original<typeof import('node:os')>();
  return {
    ...real,
    homedir: () => (system.homedir ?? real.homedir)(),
    userInfo: () => (system.userInfo ?? real.userInfo)(),
  };
});

const { platform } = process;

function pretend(name: 'platform' | 'resourcesPath', value: string | undefined): void {
  Object.defineProperty(process, name, { value, configurable: true });
}

afterEach(() => {
  pretend('platform', platform);
  Reflect.deleteProperty(process, 'resourcesPath');
  disk.clear();
  delete system.homedir;
  delete system.userInfo;
});

describe('the checkout', () => {
  it('is where package.json is', () => {
    expect(JSON.parse(readFileSync(join(checkoutRoot, 'package.json'), 'utf8')).name).toBe('plimsoll');
    expect(existsSync(join(checkoutRoot, 'main', 'api.ts'))).toBe(true);
  });

  it('holds the built page', () => {
    expect(rendererFolder()).toBe(join(checkoutRoot, 'out', 'renderer'));
  });
});

describe('the data folder', () => {
  const shared = join(homedir(), '.local', 'share', 'plimsoll');

  it.each([
    ['the one that is named', { PLIMSOLL_DATA_DIR: '/srv/runs', XDG_DATA_HOME: '/data' }, '/srv/runs'],
    ['of the desktop where none is named', { XDG_DATA_HOME: '/data' }, '/data/plimsoll'],
    [
      'of the desktop where a blank is named',
      { PLIMSOLL_DATA_DIR: '', XDG_DATA_HOME: '/data' },
      '/data/plimsoll',
    ],
    ['at home where nothing is said', {}, shared],
    ['at home where blanks are said', { PLIMSOLL_DATA_DIR: '', XDG_DATA_HOME: '' }, shared],
    ['at home where the desktop names a relative one', { XDG_DATA_HOME: 'data' }, shared],
  ])('is %s', (_what, environment, folder) => {
    pretend('platform', 'linux');
    expect(dataFolder(environment)).toBe(folder);
  });

  it('is that of applications on a Mac', () => {
    pretend('platform', 'darwin');
    expect(dataFolder({ XDG_DATA_HOME: '/data' })).toBe(
      join(homedir(), 'Library', 'Application Support', 'Plimsoll'),
    );
    expect(dataFolder({ PLIMSOLL_DATA_DIR: '/srv/runs' })).toBe('/srv/runs');
  });

  it('is that of local applications on Windows', () => {
    pretend('platform', 'win32');
    expect(dataFolder({ LOCALAPPDATA: '/local' })).toBe(join('/local', 'Plimsoll'));
    expect(dataFolder({})).toBe(join(homedir(), 'AppData', 'Local', 'Plimsoll'));
    expect(dataFolder({ PLIMSOLL_DATA_DIR: '/srv/runs' })).toBe('/srv/runs');
  });

  it.each([
    ['empty', () => ''],
    ['relative', () => 'home'],
    [
      'unknown to the system',
      () => {
        throw new Error('ENOENT');
      },
    ],
  ])('is the user’s own where HOME is %s, and else asked for', (_what, home) => {
    pretend('platform', 'linux');
    system.homedir = home;
    system.userInfo = () => ({ homedir: '/home/ada' });
    expect(dataFolder({})).toBe('/home/ada/.local/share/plimsoll');
    system.userInfo = () => {
      throw new Error('a uid without a name');
    };
    expect(apiErrorOf(() => dataFolder({}))).toMatchObject({
      code: 'store',
      hint: expect.stringContaining('PLIMSOLL_DATA_DIR'),
    });
    expect(dataFolder({ PLIMSOLL_DATA_DIR: '/srv/runs' })).toBe('/srv/runs');
  });

  it('is that of this process where no environment is given', () => {
    vi.stubEnv('PLIMSOLL_DATA_DIR', '/srv/own');
    expect(dataFolder()).toBe('/srv/own');
    vi.unstubAllEnvs();
  });
});

describe('the native program', () => {
  const built = join(checkoutRoot, 'build', 'native', 'plimsoll-native-bench');
  const packaged = join('/opt/Plimsoll/resources', 'native', 'plimsoll-native-bench');

  it('is the one that is named, there or not', () => {
    expect(nativeBenchPath({ PLIMSOLL_NATIVE_BENCH: '/opt/bench' })).toBe('/opt/bench');
  });

  it('is the one that is built where none or a blank is named', () => {
    pretend('platform', 'linux');
    expect(nativeBenchPath({})).toBe(built);
    expect(nativeBenchPath({ PLIMSOLL_NATIVE_BENCH: '' })).toBe(built);
  });

  it('is the packaged one where none is built', () => {
    pretend('platform', 'linux');
    pretend('resourcesPath', '/opt/Plimsoll/resources');
    disk.set(built, false).set(packaged, true);
    expect(nativeBenchPath({})).toBe(packaged);
    disk.set(built, true);
    expect(nativeBenchPath({})).toBe(built);
  });

  it('would be the built one where there is none at all', () => {
    pretend('platform', 'linux');
    pretend('resourcesPath', '/opt/Plimsoll/resources');
    disk.set(built, false).set(packaged, false);
    expect(nativeBenchPath({})).toBe(built);
  });

  it('has oneDNN beside it', () => {
    pretend('platform', 'linux');
    expect(onednnBenchPath({})).toBe(join(checkoutRoot, 'build', 'native', 'plimsoll-onednn-bench'));
    expect(onednnBenchPath({ PLIMSOLL_ONEDNN_BENCH: '/opt/onednn' })).toBe('/opt/onednn');
  });

  it('has a name of its own on Windows', () => {
    pretend('platform', 'win32');
    expect(nativeBenchPath({})).toBe(`${built}.exe`);
  });
});
