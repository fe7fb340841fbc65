import type pg from 'pg';

/**
 * Fills tables fast: without triggers and checks of foreign keys, and with indexes that are made afterwards, in the end
 * analyzed.
 *
 * @param tables those that are filled, with their schema
 * @param fill gets a connection without a limit on the time of a statement
 */
export async function fastFill(
  pool: pg.Pool,
  tables: readonly string[],
  fill: (client: pg.PoolClient) => Promise<void>,
): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query(
      `SET statement_timeout = 0; SET session_replication_role = replica; SET maintenance_work_mem = '512MB'`,
    );
    const { rows: indexes } = await client.query<{ name: string; definition: string }>(
      `SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i
       WHERE i.indrelid = ANY ($1::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)`,
      [tables],
    );
    for (const { name } of indexes) await client.query(`DROP INDEX ${name}`);
    await fill(client);
    for (const { definition } of indexes) await client.query(definition);
    await client.query(`VACUUM ANALYZE ${tables.join(', ')}`);
  } finally {
    // Its settings end with it.
    client.release(true);
  }
}
