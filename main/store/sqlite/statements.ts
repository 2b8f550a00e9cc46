/** Statements by their text, compiled once: of many small ones, compiling takes longer than running. */
import type Database from 'better-sqlite3';

type Parameters = unknown[] | object;

export class Statements {
  private readonly database: Database.Database;
  private readonly compiled = new Map<string, Database.Statement>();

  constructor(database: Database.Database) {
    this.database = database;
  }

  /** Of one text always the same statement: whoever changes how it gives its rows does so whenever it is used. */
  prepare<Bound extends Parameters = unknown[], Row = unknown>(sql: string): Database.Statement<Bound, Row> {
    const statement = this.compiled.get(sql) ?? this.database.prepare(sql);
    this.compiled.set(sql, statement);
    return statement as Database.Statement<Bound, Row>;
  }
}
