import type pg from 'pg';

/**
 * Makes the statements of this transaction go by indexes alone. Pages of garbage are small beside their tables, but not
 * so small that PostgreSQL would not read a table of 100,000 rows whole for one: what a page costs must not depend on what
 * there is to keep.
 */
export async function planByIndex(tx: pg.PoolClient): Promise<void> {
  await tx.query('SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off');
}
