/** What the page may not do: leave its origin, open windows, ask for devices. It has no remote content, so no exceptions. */
import { type App, type Session, shell, type WebContents } from 'electron';
import { isOwnAddress } from './origin.ts';

/** Refuses every permission: camera, location, notifications, USB … */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
}

/** Holds for every page that the app ever makes, whoever makes it. */
export function confinePages(app: App): void {
  app.on('web-contents-created', (_event, contents) => confine(contents));
}

function confine(contents: WebContents): void {
  contents.on('will-navigate', (event) => {
    if (!isOwnAddress(event.url)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => {
    if (!isOwnAddress(event.url)) event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    openOutside(url);
    return { action: 'deny' };
  });
}

/** Hands an https link to the user's browser; any other scheme could start any program and is dropped. */
function openOutside(address: string): void {
  const url = URL.parse(address);
  if (url?.protocol === 'https:') void shell.openExternal(url.href);
}
