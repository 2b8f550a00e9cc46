/** Where an installed browser with Chromium's engine is: it prints reports, and is what tests and benchmarks start. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'chrome',
  'microsoft-edge-stable',
  'microsoft-edge',
  'brave-browser',
] as const;

interface Surroundings {
  readonly environment: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  isProgram(path: string): boolean;
}

const here: Surroundings = { environment: process.env, platform: process.platform, isProgram };

/** The path of an installed browser with Chromium's engine; undefined where there is none. `PLIMSOLL_BROWSER` decides. */
export function findBrowser({
  environment,
  platform,
  isProgram: exists,
}: Surroundings = here): string | undefined {
  const own = environment.PLIMSOLL_BROWSER;
  // A wrong path must not be passed over in silence: the caller says what it names.
  if (own !== undefined && own !== '') return exists(own) ? own : undefined;
  return candidates(environment, platform).find(exists);
}

function candidates(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string[] {
  if (platform === 'win32') {
    const folders = [
      environment.PROGRAMFILES,
      environment['PROGRAMFILES(X86)'],
      environment.LOCALAPPDATA,
    ].filter((folder) => folder !== undefined && folder !== '');
    return folders.flatMap((folder) =>
      [
        'Google/Chrome/Application/chrome.exe',
        'Chromium/Application/chrome.exe',
        'Microsoft/Edge/Application/msedge.exe',
      ].map((path) => join(folder ?? '', path)),
    );
  }
  // A relative entry of PATH would start whatever lies in the folder where one happens to be.
  const onPath = (environment.PATH ?? '')
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .flatMap((folder) => names.map((name) => join(folder, name)));
  const applications =
    platform === 'darwin'
      ? ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
          (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
        )
      : [];
  // By name first, then by folder: what the list names first is what is wanted most.
  return [...names.flatMap((name) => onPath.filter((path) => path.endsWith(`/${name}`))), ...applications];
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
