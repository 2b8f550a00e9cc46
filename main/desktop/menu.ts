/** The menu: what people expect in the places where they expect it. Roles bring their own names and shortcuts. */
import { type MenuItemConstructorOptions, shell } from 'electron';

const paperAddress = 'https://arxiv.org/abs/2404.03617';

export function menuTemplate(
  platform: NodeJS.Platform,
  withDeveloperTools: boolean,
): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin';
  return [
    ...(mac ? [{ role: 'appMenu' } as const] : []),
    { label: 'File', submenu: [{ role: mac ? 'close' : 'quit' }] },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        { role: 'reload' },
        ...(withDeveloperTools ? [{ role: 'toggleDevTools' } as const] : []),
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
    {
      role: 'help',
      submenu: [
        ...(mac ? [] : [{ role: 'about' } as const]),
        { label: 'The paper behind it', click: () => void shell.openExternal(paperAddress) },
      ],
    },
  ];
}
