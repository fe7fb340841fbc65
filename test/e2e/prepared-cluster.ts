import { existsSync } from 'node:fs';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../../database/migrate.ts';
import { createPool } from '../../database/pool.ts';
import { startPostgres } from '../../local/postgres.ts';
import { run } from '../../local/process.ts';
import { runFolder } from '../support/run-folder.ts';

// What a first start leaves of PostgreSQL in a data folder.
const parts = ['postgres', 'secrets'] as const;

/**
 * Lays into an empty data folder the PostgreSQL that a first start would make there, with an empty, migrated database.
 * It is made once for a run of tests and copied, for making it takes seconds. Where a file is run by itself, nothing is
 * laid, and the start makes its own.
 */
export async function layPreparedCluster(dataDir: string): Promise<void> {
  const shared = process.env['TEST_POSTGRES_URL'];
  const folder = runFolder();
  if (shared === undefined || folder === undefined) return;
  const prepared = join(folder, 'prepared-cluster');
  const client = new pg.Client({ connectionString: shared });
  await client.connect();
  try {
    // Test files run side by side; one of them makes it, and the others wait.
    await client.query(`SELECT pg_advisory_lock(hashtext('jobrunner prepared cluster'))`);
    if (!existsSync(prepared)) await prepare(prepared);
  } finally {
    await client.end();
  }
  // A thousand files: Node's own copying takes ten times as long.
  const { code, stderr } = await run('cp', ['-R', '-p', ...parts.map((part) => join(prepared, part)), dataDir]);
  if (code !== 0) throw new Error(`the prepared cluster cannot be copied: ${stderr}`);
}

async function prepare(folder: string): Promise<void> {
  const unfinished = `${folder}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished);
  // Root's PostgreSQL runs as another user, who has to get there.
  await chmod(unfinished, 0o711);
  const server = await startPostgres({ dataDir: unfinished, onProgress: () => undefined, isDurable: false });
  try {
    const pool = createPool({
      connectionString: server.url,
      applicationName: 'test cluster',
      onError: () => undefined,
    });
    try {
      await migrate(pool);
    } finally {
      await pool.end();
    }
  } finally {
    await server.stop();
  }
  await rename(unfinished, folder);
}
