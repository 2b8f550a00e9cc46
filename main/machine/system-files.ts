/** Reading what Linux tells in files. A file that is not there, or may not be read, is null: unknown. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';

export interface SystemFiles {
  /** Trimmed text; null where there is none. */
  read(path: string): Promise<string | null>;
  /** Null where there is none. */
  readBytes(path: string): Promise<Uint8Array | null>;
  /** Null as well where it is no number, or none above zero. */
  readPositive(path: string): Promise<number | null>;
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
  const read = async (path: string) => {
    const text = (await softly(readFile(join(root, path), 'utf8'), '')).trim();
    return text === '' ? null : text;
  };
  return {
    read,
    readBytes: (path) => softly(readFile(join(root, path)), null),
    async readPositive(path) {
      const text = await read(path);
      return text !== null && /^[1-9]\d*$/.test(text) ? Number(text) : null;
    },
    list: async (path) => (await softly(readdir(join(root, path)), [])).toSorted(),
    async linkName(path) {
      const target = await softly(readlink(join(root, path)), null);
      return target === null ? null : basename(target);
    },
  };
}
