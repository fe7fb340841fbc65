import type pg from 'pg';

/** Knows which indexes statements have read. */
export interface IndexUse {
  /** Takes down what was read until now: an index that is made anew forgets it. */
  readonly note: () => Promise<void>;
  /** Prints the others, but for those that keep rows unique and those of empty tables. */
  readonly print: () => void;
}

/** Counts for this database, from now on. */
export function createIndexUse(pool: pg.Pool): IndexUse {
  const used = new Set<string>();
  const sizesMb = new Map<string, number>();
  return {
    note: async () => {
      await pool.query('SELECT pg_stat_force_next_flush()');
      const { rows } = await pool.query<{ name: string; isUsed: boolean; sizeMb: number }>(
        `SELECT s.schemaname || '.' || s.indexrelname AS name, s.idx_scan > 0 AS "isUsed",
                pg_relation_size(s.indexrelid) / 1000000.0::float8 AS "sizeMb"
         FROM pg_stat_user_indexes s JOIN pg_index i USING (indexrelid)
         WHERE NOT i.indisunique AND pg_relation_size(s.relid) > 0`,
      );
      for (const { name, isUsed, sizeMb } of rows) {
        sizesMb.set(name, sizeMb);
        if (isUsed) used.add(name);
      }
    },
    print: () => {
      console.log('indexes that no statement of all these has read:');
      for (const [name, sizeMb] of sizesMb) {
        if (!used.has(name)) console.log(`  ${name.padEnd(50)}${sizeMb.toFixed(0).padStart(6)} MB`);
      }
    },
  };
}
