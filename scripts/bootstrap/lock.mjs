/** One set-up at a time in a checkout: two would install into the same folders. */
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

const retryMs = 500;
/** A file without a number is one that is being written; after this time nobody will write it any more. */
const writingMs = 5_000;

/**
 * Waits while another set-up that is alive holds it.
 * @param {string} folder
 * @param {(holder: number) => void} onWait called once, where there is something to wait for
 * @returns {Promise<() => void>} releases it
 */
export async function lock(folder, onWait) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'lock');
  for (let hasWaited = false; ; ) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
    const holder = holderOf(file);
    if (holder === undefined ? ageMs(file) > writingMs : !isAlive(holder)) {
      rmSync(file, { force: true });
      continue;
    }
    if (holder !== undefined && !hasWaited) {
      onWait(holder);
      hasWaited = true;
    }
    await sleep(retryMs);
  }
}

/** @param {string} file */
function holderOf(file) {
  try {
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    return Number.isNaN(pid) ? undefined : pid;
  } catch {
    return undefined;
  }
}

/** @param {string} file */
function ageMs(file) {
  return Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is another user's.
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
