import type pg from 'pg';
import type { Config } from '../config/load.ts';
import { migrate } from '../database/migrate.ts';
import { createPool } from '../database/pool.ts';
import type { Logger } from '../telemetry/logger.ts';

/** PostgreSQL does not answer. The message says where it was looked for, without the password. */
export class DatabaseUnreachableError extends Error {
  override name = 'DatabaseUnreachableError';
}

/**
 * Opens the pool, and brings the database to the schema and the settings of this process.
 *
 * @throws DatabaseUnreachableError, MigrationError
 */
export async function openDatabase(config: Config & { databaseUrl: string }, log: Logger): Promise<pg.Pool> {
  const pool = createPool({
    connectionString: config.databaseUrl,
    applicationName: 'jobrunner',
    maxConnections: 20,
    answerTimeoutMs: 40_000,
    onError: (error) => log.warn({ err: error }, 'an idle database connection broke'),
  });
  try {
    await assertReachable(pool, config.databaseUrl);
    const migrations = await migrate(pool);
    if (migrations.length > 0) log.info({ migrations }, 'database migrated');
    await pool.query(
      `UPDATE registry.gc_settings SET review_delay = $1 * interval '1 ms', blob_lease = $2 * interval '1 ms'`,
      [config.gcReviewDelayMs, config.gcBlobLeaseMs],
    );
    return pool;
  } catch (error) {
    await pool.end();
    throw error;
  }
}

async function assertReachable(pool: pg.Pool, databaseUrl: string): Promise<void> {
  try {
    await pool.query('SELECT 1');
  } catch (error) {
    const { hostname, port, pathname, username } = new URL(databaseUrl);
    const where = `${hostname}:${port || '5432'}${pathname} as user "${username}"`;
    throw new DatabaseUnreachableError(
      `PostgreSQL at ${where} cannot be reached: ${describe(error)}; check DATABASE_URL`,
      { cause: error },
    );
  }
}

/** An address with several IPs fails with one error for each. */
function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join(', ');
  return error instanceof Error ? error.message : String(error);
}
