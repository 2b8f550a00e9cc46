/** Which system this is, as its /etc/os-release says (man 5 os-release). */
import { known } from './known.ts';
import type { SystemFiles } from './system-files.ts';

export async function readOsRelease(
  files: SystemFiles,
): Promise<{ readonly distribution: string | null; readonly release: string | null }> {
  const text = (await files.read('/etc/os-release')) ?? (await files.read('/usr/lib/os-release')) ?? '';
  const field = (name: string) =>
    known(new RegExp(`^${name}=(["']?)(.*)\\1$`, 'm').exec(text)?.[2]?.replaceAll('\\', ''));
  // `12 (bookworm)`: the number alone, as long as there is one.
  const release = field('VERSION')?.replace(/\s*\(.*\)$/, '') ?? field('VERSION_ID') ?? field('BUILD_ID');
  return { distribution: field('NAME'), release: release ?? null };
}
