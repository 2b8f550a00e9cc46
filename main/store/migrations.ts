/** The schema, version by version. A version that was released is never changed: a new one is added behind it. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE machine (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    firstSeenAt TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE run (
    id TEXT PRIMARY KEY,
    machineId TEXT NOT NULL REFERENCES machine(id),
    suite TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('running', 'finished', 'cancelled', 'interrupted', 'failed')),
    reason TEXT,
    startedAt TEXT NOT NULL,
    finishedAt TEXT,
    environment TEXT NOT NULL CHECK (json_valid(environment)),
    providers TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(providers)),
    -- The process that does it, while it is running.
    processId INTEGER,
    processStart TEXT
  ) STRICT, WITHOUT ROWID;

  CREATE INDEX runByStart ON run(startedAt);

  CREATE TABLE measurement (
    id TEXT PRIMARY KEY,
    runId TEXT NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    -- The measurement without its samples.
    body TEXT NOT NULL CHECK (json_valid(body)),
    -- Little-endian float64 nanoseconds, one a pass, in order; null where nothing was timed.
    samples BLOB,
    UNIQUE (runId, position)
  ) STRICT, WITHOUT ROWID;
  `,
];
