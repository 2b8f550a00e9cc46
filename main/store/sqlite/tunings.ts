import type { Tuning } from '../../../core/protocol/provider.ts';
import type { Tunings } from '../store.ts';
import type { Connection } from './connection.ts';

export class SqliteTunings implements Tunings {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  get(provider: string, device: string): Tuning {
    return this.connection.guard(() =>
      Object.fromEntries(
        this.connection.statements
          .prepare<[string, string], [string, number]>(
            'SELECT key, choice FROM tuning WHERE provider = ? AND device = ?',
          )
          .raw()
          .all(provider, device),
      ),
    );
  }

  keep(provider: string, device: string, found: Tuning): void {
    this.connection.guard(() =>
      this.connection.statements
        .prepare(
          'INSERT OR REPLACE INTO tuning (provider, device, key, choice) SELECT ?, ?, key, value FROM json_each(?)',
        )
        .run(provider, device, JSON.stringify(found)),
    );
  }
}
