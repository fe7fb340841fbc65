import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { migrate } from '../database/migrate.ts';
import { createPool } from '../database/pool.ts';
import { startPostgres } from '../local/postgres.ts';

/** Starts a PostgreSQL server for one bench, with an empty database of this schema, and one connection to it. */
export async function openBenchDatabase(cleanUp: AsyncDisposableStack): Promise<pg.Pool> {
  const dataDir = await mkdtemp(join(tmpdir(), 'jobrunner-bench-'));
  cleanUp.defer(() => rm(dataDir, { recursive: true, force: true }));
  const server = await startPostgres({ dataDir, onProgress: () => undefined, isDurable: false });
  cleanUp.defer(() => server.stop());
  const pool = createPool({
    connectionString: server.url,
    applicationName: 'bench',
    maxConnections: 1,
    onError: console.error,
  });
  cleanUp.defer(() => pool.end());
  await migrate(pool);
  return pool;
}
