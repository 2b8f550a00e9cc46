/** One open database: statements by their text, transactions, and SQLite's errors as sentences. */
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { databaseName, openDatabase, storeError } from './open-database.ts';
import { Statements } from './statements.ts';

export class Connection {
  private readonly database: Database.Database;
  readonly statements: Statements;
  readonly path: string;

  /** Throws ApiError('store'). */
  constructor(folder: string) {
    this.path = join(folder, databaseName);
    this.database = openDatabase(folder);
    this.statements = new Statements(this.database);
  }

  /** Of a folder that can only be read, what is open is a copy: what is changed in it would be lost without a word. */
  refuseChangesOfCopy(): void {
    if (this.database.memory) this.database.pragma('query_only = ON');
  }

  close(): void {
    this.database.close();
  }

  /** Throws ApiError('store') where SQLite fails. */
  guard<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw storeError(error, this.path);
    }
  }

  /** All of it or nothing. Immediate: of two processes that ask at the same time, one must wait for the other's answer. */
  change<T>(change: () => T): T {
    return this.guard(() => this.database.transaction(change).immediate());
  }
}
