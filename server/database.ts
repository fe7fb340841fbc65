import type pg from 'pg';
import type { Config } from '../config/load.ts';
import { migrate } from '../database/migrate.ts';
import { storeReviewSettings } from '../registry/collection/review-settings.ts';
import { storeFirstSettings } from '../settings/settings.ts';
import type { Logger } from '../log/logger.ts';

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
  await storeFirstSettings(pool, { createRepositoryOnPush: config.createRepositoryOnPush });
  await storeReviewSettings(pool, {
    reviewDelayMs: config.gcReviewDelayMs,
    blobLeaseMs: config.gcBlobLeaseMs,
    eventDelaysMs: config.gcEventDelays,
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
