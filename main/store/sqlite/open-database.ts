/** Opens the database, or says in one sentence why it cannot be used. The user's file is never deleted or replaced. */
import { accessSync, constants, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { ApiError } from '../../../core/protocol/api.ts';
import { migrations } from './migrations.ts';

export const databaseName = 'plimsoll.db';

/**
 * Of a folder that can only be read, a copy in memory (`database.memory`): it can be brought up to date and read like any other.
 * Throws ApiError('store'): neither writable nor readable, corrupt, or written by a newer version.
 */
export function openDatabase(folder: string): Database.Database {
  const path = join(folder, databaseName);
  let mayWrite = true;
  try {
    makeFolder(folder);
    accessSync(folder, constants.R_OK);
    mayWrite = isWritable(folder) && (!existsSync(path) || isWritable(path));
  } catch (error) {
    throw new ApiError(
      'store',
      `Plimsoll cannot use its data folder ${folder} (${messageOf(error)}).`,
      anotherFolder,
    );
  }
  let database: Database.Database | undefined;
  try {
    database = mayWrite ? new Database(path, { timeout: 5000 }) : copyOf(path);
    checkVersion(database, path);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
    database.pragma('foreign_keys = ON');
    // 64 MiB: what the pages ask for again and again stays at hand.
    database.pragma('cache_size = -65536');
    migrate(database);
    return database;
  } catch (error) {
    database?.close();
    throw storeError(error, path);
  }
}

const anotherFolder =
  'Make the folder writable, or name another one in the environment variable PLIMSOLL_DATA_DIR.';

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** SQLite cannot read a database in WAL mode where it cannot write beside it. What was not yet moved out of the log is read as well. */
function copyOf(path: string): Database.Database {
  if (!existsSync(path)) return new Database(':memory:');
  const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-copy-'));
  try {
    const copy = join(scratch, databaseName);
    for (const ending of ['', '-wal']) {
      if (existsSync(path + ending)) copyFileSync(path + ending, copy + ending);
    }
    const database = new Database(copy);
    try {
      database.pragma('journal_mode = DELETE');
      return new Database(database.serialize());
    } finally {
      database.close();
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** What SQLite says, as a sentence with a way out. Errors that are not the database's pass through. */
export function storeError(error: unknown, path: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const { code } = error;
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return new ApiError(
      'store',
      `The database ${path} is damaged (${error.message}). It was left as it is.`,
      'Move the file away to begin a new one, or mend it first: sqlite3 plimsoll.db ".recover" | sqlite3 mended.db',
    );
  }
  if (code.startsWith('SQLITE_FULL')) {
    return new ApiError(
      'store',
      `There is no space left for the database ${path}.`,
      'Free some and try again.',
    );
  }
  if (code.startsWith('SQLITE_READONLY')) {
    return new ApiError('store', `Plimsoll cannot write to its data folder ${dirname(path)}.`, anotherFolder);
  }
  if (code.startsWith('SQLITE_BUSY')) {
    return new ApiError(
      'store',
      `The database ${path} is in use by another program.`,
      'Close that one and try again.',
    );
  }
  return new ApiError(
    'store',
    `The database ${path} could not be used: ${error.message} (${code}).`,
    'Check the disk and the rights of the file, or name another folder in PLIMSOLL_DATA_DIR.',
  );
}

/** `mkdirSync` with `recursive` never returns where the file system itself refuses new folders, as /proc does. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have been quicker.
    if (!existsSync(folder)) throw error;
  }
}

function checkVersion(database: Database.Database, path: string): void {
  const version = Number(database.pragma('user_version', { simple: true }));
  if (version > migrations.length) {
    throw new ApiError(
      'store',
      `The database ${path} was written by a newer version of Plimsoll (schema ${version}; this one knows ${migrations.length}).`,
      'Update Plimsoll, or name another folder in PLIMSOLL_DATA_DIR.',
    );
  }
}

/** Each version in a transaction of its own. Another process may be doing the same: the version is read under the lock. */
function migrate(database: Database.Database): void {
  const step = database.transaction(() => {
    const version = Number(database.pragma('user_version', { simple: true }));
    const next = migrations[version];
    if (next === undefined) return false;
    database.exec(next);
    database.pragma(`user_version = ${version + 1}`);
    return true;
  });
  while (Number(database.pragma('user_version', { simple: true })) < migrations.length) step.immediate();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
