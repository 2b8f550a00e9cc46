/** A stamp holds what a step was made from. It is taken away before the step runs again: half a product has none. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, stampFolder } from './checkout.mjs';

/**
 * @param {readonly string[]} files relative to the root of the checkout
 * @param {readonly string[]} facts what else the product depends on
 */
export function digestOf(files, facts = []) {
  const hash = createHash('sha256');
  for (const file of files) {
    const path = join(root, file);
    hash.update(file).update('\0');
    if (existsSync(path)) hash.update(readFileSync(path));
  }
  for (const fact of facts) hash.update('\0').update(fact);
  return hash.digest('hex');
}

/**
 * @param {string} name
 * @param {string} digest
 */
export function isStamped(name, digest) {
  const stamp = stampOf(name);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === digest;
}

/**
 * @param {string} name
 * @param {string} digest
 */
export function writeStamp(name, digest) {
  mkdirSync(stampFolder, { recursive: true });
  writeFileSync(stampOf(name), digest);
}

/** @param {string} name */
export function removeStamp(name) {
  rmSync(stampOf(name), { force: true });
}

/** @param {string} name */
function stampOf(name) {
  return join(stampFolder, `${name}.stamp`);
}
