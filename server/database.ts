import type pg from 'pg';
import type { Config } from '../config/load.ts';
import { migrate } from '../database/migrate.ts';
import { storeFirstSettings } from '../settings/settings.ts';
import { withTransaction } from '../database/transaction.ts';
import type { Logger } from '../telemetry/logger.ts';

/** PostgreSQL does not answer. The message says where it was looked for, without the password. */
export class DatabaseUnreachableError extends Error {
  override name = 'DatabaseUnreachableError';
}

/**
 * Brings the database to the schema and the settings of this process.
 *
 * @throws DatabaseUnreachableError, MigrationError
 */
export async function prepareDatabase(
  pool: pg.Pool,
  config: Config & { databaseUrl: string },
  log: Logger,
): Promise<void> {
  await assertReachable(pool, config.databaseUrl);
  const migrations = await migrate(pool);
  if (migrations.length > 0) log.info({ migrations }, 'database migrated');
  await pool.query(
    `UPDATE registry.gc_settings SET review_delay = $1 * interval '1 ms', blob_lease = $2 * interval '1 ms'`,
    [config.gcReviewDelayMs, config.gcBlobLeaseMs],
  );
  await storeFirstSettings(pool, { createRepositoryOnPush: config.createRepositoryOnPush });
  await withTransaction(pool, async (tx) => {
    await tx.query('DELETE FROM registry.gc_event_delays');
    await tx.query(
      `INSERT INTO registry.gc_event_delays (event, review_delay)
       SELECT key, value::bigint * interval '1 ms' FROM jsonb_each_text($1)`,
      [JSON.stringify(config.gcEventDelays)],
    );
  });
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
