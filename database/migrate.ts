import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/** One numbered SQL file. `checksum` is the SHA-256 of its text, in hex. */
interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

// Any constant will do; it must only differ from other advisory locks in the same database.
const advisoryLockKey = 0x6a6f6272;

/** A database that this version of the program cannot bring to its own schema. The message says what to do. */
export class MigrationError extends Error {
  override name = 'MigrationError';
}

/**
 * Brings the database to the schema of this version: runs every migration that it has not seen, each in a transaction
 * of its own. Safe to call from several processes at once; one migrates, the others wait. A migration that needs a table
 * which somebody else holds gives way every two seconds, so that whoever uses the table is not held up for longer.
 *
 * @returns the names of the migrations that were run, in order
 * @throws MigrationError where a landed migration was edited, or the database is newer than this program
 */
export async function migrate(pool: pg.Pool): Promise<string[]> {
  const migrations = await readMigrations();
  // A session of its own: no time limit of the pool may end a migration, or the wait for that of another process.
  const { connectionString, application_name, connectionTimeoutMillis } = pool.options;
  const client = new pg.Client({ connectionString, application_name, connectionTimeoutMillis });
  // A connection that breaks fails the statement as well, and without a listener would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [advisoryLockKey]);
    await client.query(
      `CREATE TABLE IF NOT EXISTS public.jobrunner_migrations (
         version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,
         migrated_at timestamptz NOT NULL DEFAULT now())`,
    );
    const landed = await client.query<{ version: number; name: string; checksum: string }>(
      'SELECT version, name, checksum FROM public.jobrunner_migrations ORDER BY version',
    );
    assertKnown(migrations, landed.rows);
    const pending = migrations.slice(landed.rows.length);
    for (const migration of pending) await run(client, migration);
    return pending.map((migration) => migration.name);
  } finally {
    // Ending the session frees the advisory lock, whatever state it is in.
    await client.end();
  }
}

async function readMigrations(): Promise<Migration[]> {
  const folder = new URL('./migrations/', import.meta.url);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name, index) => {
      const version = Number(name.slice(0, 4));
      if (version !== index + 1) throw new MigrationError(`migration ${name} is out of sequence`);
      const sql = await readFile(new URL(name, folder), 'utf8');
      return { version, name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

function assertKnown(
  migrations: readonly Migration[],
  landed: readonly { version: number; name: string; checksum: string }[],
): void {
  for (const row of landed) {
    const known = migrations[row.version - 1];
    if (!known) {
      throw new MigrationError(
        `the database has migration ${row.name}, which this version does not know: run the version that wrote it, or a newer one`,
      );
    }
    if (known.checksum !== row.checksum) {
      throw new MigrationError(`migration ${known.name} was changed after it landed: restore the file as released`);
    }
  }
}

// While a migration waits for a table, so does everybody who comes after it: of other processes, as in a rolling upgrade.
const lockTimeoutMs = 2_000;
const lockPauseMs = 1_000;
const lockTries = 200;
const lockNotAvailable = '55P03';

async function run(client: pg.Client, migration: Migration): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await tryToRun(client, migration);
    } catch (error) {
      const isLocked = error instanceof pg.DatabaseError && error.code === lockNotAvailable;
      if (isLocked && tries < lockTries) await delay(lockPauseMs);
      else
        throw new MigrationError(`migration ${migration.name} failed: ${(error as Error).message}`, { cause: error });
    }
  }
}

async function tryToRun(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL lock_timeout = ${lockTimeoutMs}`);
    await client.query(migration.sql);
    await client.query('INSERT INTO public.jobrunner_migrations (version, name, checksum) VALUES ($1, $2, $3)', [
      migration.version,
      migration.name,
      migration.checksum,
    ]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}
