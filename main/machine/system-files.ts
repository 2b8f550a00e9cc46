/** Reading what Linux tells in files. A file that is not there, or may not be read, is null: unknown. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';

export interface SystemFiles {
  /** Trimmed text; null where there is none. */
  read(path: string): Promise<string | null>;
  /** Names of the entries, sorted; none where there is no such folder. */
  list(path: string): Promise<readonly string[]>;
  /** The last name of what a link points to. */
  linkName(path: string): Promise<string | null>;
}

/** `root` is `/`, or a copy of another machine's files. */
export function systemFiles(root = '/'): SystemFiles {
  const softly = async <T, F>(action: Promise<T>, fallback: F): Promise<T | F> => {
    try {
      return await action;
    } catch {
      return fallback;
    }
  };
  return {
    async read(path) {
      const text = (await softly(readFile(join(root, path), 'utf8'), '')).trim();
      return text === '' ? null : text;
    },
    list: async (path) => (await softly(readdir(join(root, path)), [])).toSorted(),
    async linkName(path) {
      const target = await softly(readlink(join(root, path)), null);
      return target === null ? null : basename(target);
    },
  };
}
