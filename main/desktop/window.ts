/** The window that the user sees. */
import {
  BrowserWindow,
  type BrowserWindowConstructorOptions,
  nativeTheme,
  type WebPreferences,
} from 'electron';

export function windowOptions(preloadPath: string, dark: boolean): BrowserWindowConstructorOptions {
  return {
    title: 'Plimsoll',
    width: 1280,
    height: 900,
    minWidth: 640,
    minHeight: 480,
    // Shown when there is something to see, on the page's own background: no white flash.
    show: false,
    backgroundColor: dark ? '#14171a' : '#ffffff',
    webPreferences: webPreferences(preloadPath),
  };
}

/** Of every page of the app, seen or not. */
export function webPreferences(preloadPath: string): WebPreferences {
  return {
    preload: preloadPath,
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    // The page follows a run that may last minutes while it is behind other windows, or computes it.
    backgroundThrottling: false,
  };
}

/** The window before it has loaded anything. */
export function createWindow(preloadPath: string): BrowserWindow {
  const window = new BrowserWindow(windowOptions(preloadPath, nativeTheme.shouldUseDarkColors));
  window.once('ready-to-show', () => window.show());
  return window;
}
