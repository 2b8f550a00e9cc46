/**
 * Writes main/machine/pci-gpu-names.json from a copy of pci.ids: `node scripts/pci-gpu-names.ts path/to/pci.ids`. The database is at
 * https://pci-ids.ucw.cz and in most distributions (/usr/share/misc/pci.ids); it may be used under the 3-clause BSD licence.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of which vendors, and which of their devices: the database does not say what a device is, but its name does. */
const vendors: Readonly<Record<string, RegExp>> = {
  '1002': /\[[^\]]*\]|Radeon|Instinct|FirePro|Aqua|Navi|Vega/,
  '10de': /\[[^\]]*\]|^(?:G[ABHKMPTV]|AD|TU)\d/,
  '8086': /Graphics|\bGPU\b|\bArc\b|Data Center/,
  '1da3': /./,
  '1ed5': /./,
  '1a03': /Graphics/,
  '102b': /./,
  '15ad': /SVGA/,
  '1af4': /GPU/,
  '1b36': /QXL/,
  '1414': /video|render|display/i,
  '80ee': /Graphics/,
};
const otherDevices =
  /audio|usb|ucsi|bridge|hdmi|memory controller|smbus|sata|ethernet|host|pci express|switch|southbridge|network|nforce|mcp\d|bluefield|hd graphics audio|root|\bide\b|modem|tuner|\btv\b/i;

const [source] = process.argv.slice(2);
if (source === undefined) throw new Error('Name a copy of pci.ids.');
const text = readFileSync(source, 'utf8');
const names: Record<string, string> = {};
let vendor = '';
for (const line of text.split('\n')) {
  const head = /^([0-9a-f]{4}) {2}/.exec(line)?.[1];
  if (head !== undefined) vendor = head;
  const [, device = '', name = ''] = /^\t([0-9a-f]{4}) {2}(.+)$/.exec(line) ?? [];
  if (device === '' || vendors[vendor]?.test(name) !== true || otherDevices.test(name)) continue;
  names[`${vendor}:${device}`] = name;
}
const version = /^#\s+Version:\s*(\S+)/m.exec(text)?.[1] ?? 'unknown';
const file = {
  source: `PCI ID Repository (https://pci-ids.ucw.cz), version ${version}, by Albert Pool, Martin Mares and other volunteers; 3-clause BSD licence`,
  names,
};
writeFileSync(
  join(import.meta.dirname, '..', 'main', 'machine', 'pci-gpu-names.json'),
  `${JSON.stringify(file, null, 1)}\n`,
);
