import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

const serializationFailure = '40001';
const deadlockDetected = '40P01';
const maxAttempts = 5;

/** Thrown inside of `withTransaction`, has it begin again: what the transaction went by does not hold. */
export class TryAgainError extends Error {
  override name = 'TryAgainError';
  readonly code = serializationFailure;
}

/** The SQLSTATE of an error that PostgreSQL sent, or of `TryAgainError`; undefined for any other error, whatever its code. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError || error instanceof TryAgainError ? error.code : undefined;
}

/** Where a transaction can begin, or the one that is to be joined. */
export type TransactionSource = pg.Pool | pg.PoolClient;

/**
 * Runs `work` in one transaction: committed when it resolves, rolled back when it throws. Given the connection of a
 * transaction that has begun, `work` becomes a part of that one, which whoever began it ends.
 *
 * A deadlock or a serialization failure is tried again, 5 times in all, so `work` must have no effect outside of the
 * database. Any other error is rethrown as it is.
 */
export async function withTransaction<T>(
  source: TransactionSource,
  work: (tx: pg.PoolClient) => Promise<T>,
): Promise<T> {
  if (!(source instanceof pg.Pool)) return work(source);
  for (let attempt = 1; ; attempt++) {
    try {
      return await runOnce(source, work);
    } catch (error) {
      const state = sqlState(error);
      const isTransient = state === serializationFailure || state === deadlockDetected;
      if (!isTransient || attempt === maxAttempts) throw error;
      await delay(2 ** attempt * 5 * (0.5 + Math.random()));
    }
  }
}

async function runOnce<T>(pool: pg.Pool, work: (tx: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((rollbackError: unknown) => {
      // The connection itself is gone: PostgreSQL has rolled back, and the pool must not hand it out again.
      broken = rollbackError instanceof Error ? rollbackError : new Error(String(rollbackError));
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
