import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { migrate } from '../database/migrate.ts';
import { createPool } from '../database/pool.ts';
import { reviewPage } from '../registry/collection/collect-blobs.ts';

const orphans = 1_000;
// Of each image; so many share none.
const blobsPerManifest = 10;

/**
 * Measures what 1,000 orphans cost in a small registry and in a large one, in turns, so that what else the machine does
 * meets both. Prints the medians and their ratio: the cost of what there is to collect must not depend on what there is
 * to keep.
 *
 * @param serverUrl of a server that this may make databases in
 */
export async function measureScale(
  serverUrl: string,
  { small, large, rounds }: { readonly small: number; readonly large: number; readonly rounds: number },
): Promise<void> {
  await using cleanUp = new AsyncDisposableStack();
  const registries: { readonly size: number; readonly pool: pg.Pool; readonly durationsMs: number[] }[] = [];
  const admin = createPool({ connectionString: serverUrl, applicationName: 'bench', onError: console.error });
  cleanUp.defer(() => admin.end());
  for (const size of [small, large]) {
    const name = `scale_${size}_${randomBytes(4).toString('hex')}`;
    await admin.query(`CREATE DATABASE ${name}`);
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    const pool = createPool({ connectionString: url.href, applicationName: 'bench', onError: console.error });
    cleanUp.defer(() => pool.end());
    await migrate(pool);
    await fill(pool, size);
    registries.push({ size, pool, durationsMs: [] });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { pool, durationsMs } of round % 2 === 0 ? registries : registries.toReversed()) {
      await pool.query(
        `INSERT INTO registry.blobs (digest, size_bytes, storage_key)
         SELECT 'sha256:' || $1 || '-' || i, 1000, $1 || '-' || i FROM generate_series(1, $2::int) i`,
        [randomBytes(4).toString('hex'), orphans],
      );
      const startedMs = performance.now();
      const page = await reviewPage(pool, orphans);
      durationsMs.push(performance.now() - startedMs);
      if (page.orphans.length !== orphans) throw new Error(`${page.orphans.length} orphans were found`);
    }
  }
  const medians = registries.map(({ size, durationsMs }) => {
    const sorted = durationsMs.toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    console.log(`${orphans} orphans among ${size} blobs, median of ${rounds}`.padEnd(52), `${median.toFixed(0)} ms`);
    return median;
  });
  console.log('  large ÷ small'.padEnd(52), ((medians[1] ?? 0) / (medians[0] ?? 1)).toFixed(2));
}

async function fill(pool: pg.Pool, size: number): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('SET statement_timeout = 0');
    await client.query(`INSERT INTO accounts.accounts (name) VALUES ('admin')`);
    await client.query(`UPDATE registry.gc_settings SET review_delay = '0', blob_lease = '0'`);
    await client.query(`INSERT INTO registry.repositories (namespace, name) VALUES ('admin', 'kept')`);
    await client.query(
      `INSERT INTO registry.blobs (digest, size_bytes, storage_key)
       SELECT 'sha256:kept' || i, 1000, 'kept' || i FROM generate_series(1, $1::int) i`,
      [size],
    );
    await client.query(
      `INSERT INTO registry.manifests (repository_id, digest, media_type, payload, pushed_by)
       SELECT r.id, 'sha256:' || i, 'm', '{}', 'admin' FROM registry.repositories r, generate_series(0, $1::int) i`,
      [Math.floor(size / blobsPerManifest)],
    );
    await client.query(
      `INSERT INTO registry.manifest_blobs (manifest_id, blob_id)
       SELECT m.id, b.id FROM (SELECT id, row_number() OVER (ORDER BY id) AS position FROM registry.blobs) b
       JOIN (SELECT id, row_number() OVER (ORDER BY id) AS position FROM registry.manifests) m
         ON m.position = 1 + b.position / $1::int`,
      [blobsPerManifest],
    );
    await client.query('TRUNCATE registry.blob_reviews, registry.manifest_reviews');
    await client.query('ANALYZE');
  } finally {
    client.release();
  }
}
