import { writeFile } from 'node:fs/promises';
import { ApiError } from '../../core/protocol/api.ts';

/** Throws ApiError('badInput') where the file exists and is not to be overwritten, or cannot be written. */
export async function writeNew(
  path: string,
  content: string | Uint8Array,
  overwrite: boolean,
): Promise<void> {
  try {
    await writeFile(path, content, { flag: overwrite ? 'w' : 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') {
      throw new ApiError('badInput', `${path} exists already.`, 'Name another file, or add --force.');
    }
    throw new ApiError('badInput', `${path} could not be written: ${message}.`, 'Name another file.');
  }
}
