/** Where things lie: in a checkout, and in the packaged app. */
import { existsSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { ApiError } from '../../core/protocol/api.ts';

/** The bundled entry lies two folders deep as well, in out/desktop. */
function findRoot(): string {
  for (const up of ['..', '../..', '../../..']) {
    const folder = join(import.meta.dirname, up);
    if (existsSync(join(folder, 'package.json'))) return folder;
  }
  return dirname(import.meta.dirname);
}

/** The folder of package.json. */
export const checkoutRoot = findRoot();

/**
 * Where the database lies. `PLIMSOLL_DATA_DIR` decides, else what the system keeps for such things. Throws ApiError('store') where
 * neither is known.
 */
export function dataFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment.PLIMSOLL_DATA_DIR;
  if (own !== undefined && own !== '') return own;
  if (process.platform === 'win32') {
    return join(environment.LOCALAPPDATA ?? join(homeFolder(), 'AppData', 'Local'), 'Plimsoll');
  }
  if (process.platform === 'darwin') return join(homeFolder(), 'Library', 'Application Support', 'Plimsoll');
  // Its specification wants a relative path ignored.
  const shared = environment.XDG_DATA_HOME ?? '';
  return join(isAbsolute(shared) ? shared : join(homeFolder(), '.local', 'share'), 'plimsoll');
}

/** What HOME names, else the system's list of users. A service or a container may have neither; an empty HOME would be the current folder. */
function homeFolder(): string {
  for (const lookUp of [homedir, () => userInfo().homedir]) {
    try {
      const home = lookUp();
      if (isAbsolute(home)) return home;
    } catch {
      // A user without a name has no entry.
    }
  }
  throw new ApiError(
    'store',
    'There is no folder to keep runs in: HOME is not set, and the user has no home folder.',
    'Name a folder in the environment variable PLIMSOLL_DATA_DIR.',
  );
}

/** The program of the native benchmarks; it may not be there. `PLIMSOLL_NATIVE_BENCH` names another one. */
export function nativeBenchPath(environment: NodeJS.ProcessEnv = process.env): string {
  return programPath('plimsoll-native-bench', environment.PLIMSOLL_NATIVE_BENCH);
}

/** The program that runs oneDNN; only built where that library is. `PLIMSOLL_ONEDNN_BENCH` names another one. */
export function onednnBenchPath(environment: NodeJS.ProcessEnv = process.env): string {
  return programPath('plimsoll-onednn-bench', environment.PLIMSOLL_ONEDNN_BENCH);
}

/** The program that runs WebGPU in Node; a script. `PLIMSOLL_WEBGPU_BENCH` names another one. */
export function webgpuBenchPath(environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment.PLIMSOLL_WEBGPU_BENCH;
  return own !== undefined && own !== '' ? own : join(checkoutRoot, 'webgpu-bench', 'node', 'main.ts');
}

function programPath(program: string, own: string | undefined): string {
  if (own !== undefined && own !== '') return own;
  const name = process.platform === 'win32' ? `${program}.exe` : program;
  const packaged = packagedResources();
  const candidates = [
    join(checkoutRoot, 'build', 'native', name),
    ...(packaged === undefined ? [] : [join(packaged, 'native', name)]),
  ];
  return candidates.find((path) => existsSync(path)) ?? join(checkoutRoot, 'build', 'native', name);
}

/** The built page. */
export function rendererFolder(): string {
  return join(checkoutRoot, 'out', 'renderer');
}

/** Electron's own addition to `process`; absent under plain Node. */
function packagedResources(): string | undefined {
  return (process as NodeJS.Process & { readonly resourcesPath?: string }).resourcesPath;
}
