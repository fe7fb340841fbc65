import { randomBytes } from 'node:crypto';
import type { TestJobrunner } from './test-jobrunner.ts';

/** Puts manifests without a tag into a repository of `admin`, all due for review at once, and kept no longer. */
export async function makeUntagged(
  { pool }: Pick<TestJobrunner, 'pool'>,
  repository: string,
  count: number,
): Promise<void> {
  await pool.query(`UPDATE registry.gc_settings SET review_delay = '0', blob_lease = '0'`);
  await pool.query(`INSERT INTO accounts.accounts (name) VALUES ('admin') ON CONFLICT DO NOTHING`);
  await pool.query(
    `INSERT INTO registry.repositories (namespace, name, untagged_grace) VALUES ('admin', $1, '0')
     ON CONFLICT DO NOTHING`,
    [repository],
  );
  await pool.query(
    `INSERT INTO registry.manifests (repository_id, digest, media_type, payload, pushed_by)
     SELECT r.id, 'sha256:' || $3 || i, 'application/json', '{}', 'admin'
     FROM registry.repositories r, generate_series(1, $2) i WHERE r.namespace = 'admin' AND r.name = $1`,
    [repository, count, randomBytes(8).toString('hex')],
  );
}
