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
  `
  -- Label, notes and price are the owner's; the rest is that of its newest run.
  ALTER TABLE machine ADD COLUMN lastSeenAt TEXT NOT NULL DEFAULT '';
  ALTER TABLE machine ADD COLUMN cpu TEXT NOT NULL DEFAULT 'unknown';
  ALTER TABLE machine ADD COLUMN gpus TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(gpus));
  ALTER TABLE machine ADD COLUMN label TEXT;
  ALTER TABLE machine ADD COLUMN notes TEXT NOT NULL DEFAULT '';
  ALTER TABLE machine ADD COLUMN priceCurrency TEXT;
  ALTER TABLE machine ADD COLUMN priceAmount REAL;
  -- The machine that this one is shown as; that one may be merged, too.
  ALTER TABLE machine ADD COLUMN mergedInto TEXT REFERENCES machine(id);
  ALTER TABLE machine ADD COLUMN deletedAt TEXT;

  ALTER TABLE run ADD COLUMN deletedAt TEXT;
  -- 1 where it was deleted with its machine, and comes back with it.
  ALTER TABLE run ADD COLUMN deletedWithMachine INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE run ADD COLUMN cpu TEXT NOT NULL DEFAULT 'unknown';
  -- Why it cannot be read, once that was found out.
  ALTER TABLE run ADD COLUMN unreadable TEXT;
  UPDATE run SET cpu = coalesce(json_extract(environment, '$.cpu.model'), 'unknown');

  CREATE TEMP TABLE newest AS
    SELECT machineId, max(startedAt) AS startedAt, cpu, name, gpus FROM (
      SELECT machineId, startedAt, cpu, json_extract(environment, '$.machine.name') AS name,
             (SELECT json_group_array(json_extract(value, '$.model')) FROM json_each(environment, '$.gpus')
              WHERE json_extract(value, '$.software') = 0) AS gpus
      FROM run
    ) GROUP BY machineId;
  UPDATE machine SET lastSeenAt = firstSeenAt;
  UPDATE machine SET lastSeenAt = newest.startedAt, cpu = newest.cpu, gpus = newest.gpus, name = coalesce(newest.name, machine.name)
    FROM newest WHERE newest.machineId = machine.id;
  DROP TABLE newest;

  CREATE INDEX runByMachine ON run(machineId, startedAt) WHERE deletedAt IS NULL;
  `,
  `
  -- What is listed, compared and remembered, derived from the measurements: see figures.ts.
  CREATE TABLE measuredCase (
    id INTEGER PRIMARY KEY,
    model TEXT NOT NULL,
    imageSize INTEGER NOT NULL,
    provider TEXT NOT NULL,
    device TEXT NOT NULL,
    plan TEXT NOT NULL,
    dtype TEXT NOT NULL,
    batch INTEGER NOT NULL,
    threads INTEGER NOT NULL,
    cacheState TEXT NOT NULL,
    UNIQUE (model, imageSize, provider, device, plan, dtype, batch, threads, cacheState)
  ) STRICT;

  -- In the order of the run, so that a run is read in one go.
  CREATE TABLE figure (
    runId TEXT NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    measurementId TEXT NOT NULL,
    caseId INTEGER NOT NULL REFERENCES measuredCase(id),
    instructionSet TEXT NOT NULL,
    -- Null for a case that was lost, as is what follows.
    medianNs REAL,
    lowNs REAL,
    highNs REAL,
    p90Ns REAL,
    -- Little-endian float64 nanoseconds, one a round.
    roundMediansNs BLOB,
    samples INTEGER,
    mildOutliers INTEGER,
    severeOutliers INTEGER,
    operations INTEGER,
    efficiency REAL,
    PRIMARY KEY (runId, position)
  ) STRICT, WITHOUT ROWID;

  -- All that a noise floor needs of a run.
  CREATE INDEX figureMedian ON figure(runId, caseId, medianNs);
  -- One case over the runs.
  CREATE INDEX figureByCase ON figure(caseId, runId);

  -- A row of the table of a run, as it is shown.
  CREATE TABLE shownRow (
    runId TEXT NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    body TEXT NOT NULL CHECK (json_valid(body)),
    PRIMARY KEY (runId, position)
  ) STRICT, WITHOUT ROWID;

  -- In how many runs of a machine, ended and not deleted, a case has a figure.
  CREATE TABLE series (
    machineId TEXT NOT NULL REFERENCES machine(id) ON DELETE CASCADE,
    caseId INTEGER NOT NULL REFERENCES measuredCase(id),
    runs INTEGER NOT NULL,
    PRIMARY KEY (machineId, caseId)
  ) STRICT, WITHOUT ROWID;

  ALTER TABLE run ADD COLUMN measured INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE run ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
  -- What may explain a change between two runs.
  ALTER TABLE run ADD COLUMN surroundings TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(surroundings));
  -- Of the code that derived all of that; 0 where nothing is derived yet.
  ALTER TABLE run ADD COLUMN figureVersion INTEGER NOT NULL DEFAULT 0;

  CREATE TRIGGER countSeries AFTER UPDATE OF status, deletedAt ON run
  WHEN (OLD.status <> 'running' AND OLD.deletedAt IS NULL) <> (NEW.status <> 'running' AND NEW.deletedAt IS NULL)
  BEGIN
    INSERT INTO series (machineId, caseId, runs)
      SELECT NEW.machineId, caseId, iif(NEW.status <> 'running' AND NEW.deletedAt IS NULL, 1, -1)
      FROM figure WHERE runId = NEW.id AND medianNs IS NOT NULL
      ON CONFLICT DO UPDATE SET runs = runs + excluded.runs;
  END;

  -- Covers the list of runs: what is behind the long columns of a row takes long to reach.
  CREATE INDEX runListed ON run(
    deletedAt, startedAt, id, machineId, suite, status, reason, finishedAt, cpu, measured, lost, unreadable
  );
  CREATE INDEX runOutdated ON run(figureVersion);
  CREATE INDEX runGoingOn ON run(status) WHERE status = 'running';
  DROP INDEX runByStart;
  `,
  `
  -- Of the rounds that count.
  ALTER TABLE figure ADD COLUMN clockHz REAL;
  -- A/A tests, as the protocol has them; null where a run has none.
  ALTER TABLE run ADD COLUMN noise TEXT CHECK (json_valid(noise));
  CREATE INDEX runTested ON run(machineId, startedAt) WHERE noise IS NOT NULL AND deletedAt IS NULL;
  `,
  `
  ALTER TABLE figure ADD COLUMN doubt TEXT;
  `,
  `
  -- Covers what the noise between runs is learned from.
  DROP INDEX figureMedian;
  CREATE INDEX figureMedian ON figure(runId, doubt, caseId, medianNs);
  `,
  `
  -- Which of the codes that compute the same was fastest: of a device with its driver, as a provider sees it.
  CREATE TABLE tuning (
    provider TEXT NOT NULL,
    device TEXT NOT NULL,
    key TEXT NOT NULL,
    choice INTEGER NOT NULL,
    PRIMARY KEY (provider, device, key)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE figure ADD COLUMN undisturbedNs REAL;
  ALTER TABLE figure ADD COLUMN undisturbedLowNs REAL;
  ALTER TABLE figure ADD COLUMN undisturbedHighNs REAL;
  -- Little-endian float64, one a round: nanoseconds, and operations a second between its samples.
  ALTER TABLE figure ADD COLUMN roundLowerEndsNs BLOB;
  ALTER TABLE figure ADD COLUMN roundArithmeticPerSecond BLOB;
  -- Covers what the noise between runs is learned from.
  DROP INDEX figureMedian;
  CREATE INDEX figureLatency ON figure(runId, doubt, caseId, undisturbedNs, medianNs);
  `,
  `
  -- How often somebody looked while it was measured on.
  ALTER TABLE figure ADD COLUMN looks INTEGER NOT NULL DEFAULT 0;
  `,
];
