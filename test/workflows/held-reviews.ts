import type pg from 'pg';

/**
 * Holds up a collection of blobs in the middle of its first page, until the transaction of the client ends. The caller ends
 * it, and releases the client.
 */
export async function holdReviews(pool: pg.Pool): Promise<pg.PoolClient> {
  const client = await pool.connect();
  await client.query('BEGIN');
  await client.query('LOCK TABLE registry.blob_reviews IN ACCESS EXCLUSIVE MODE');
  return client;
}
