// Clients push, pull, delete, move tags and mount over shared layers while garbage collection runs with no grace, as in
// Quay's published soak (https://github.com/quay/quay/issues/6318): 104,135 operations, 481 cycles, 40 times "manifest
// blob unknown".
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createListener } from '../../database/listener.ts';
import { cacheApplicationName } from '../../registry/cache/invalidations.ts';
import { allBlobs, createCoherentCache, manifestKey } from '../../registry/cache/coherent-cache.ts';
import { databaseNow, deleteObjectsPage, reviewPage } from '../../registry/collection/collect-blobs.ts';
import { reviewManifestPage } from '../../registry/collection/collect-manifests.ts';
import { assertAgreement } from '../registry/collection/agreement.ts';
import { startRegistry, type TestRegistry } from '../registry/test-registry.ts';
import { createRandom } from '../support/random.ts';
import { actAsSoakClient, layerDigests, type SoakCounts } from './gc-race-client.ts';

// GC_RACE_SECONDS and GC_RACE_OPERATIONS make it as long as wanted: it ends when both are reached.
const seconds = Number(process.env['GC_RACE_SECONDS'] ?? 20);
const operations = Number(process.env['GC_RACE_OPERATIONS'] ?? 500);
const clients = Number(process.env['GC_RACE_CLIENTS'] ?? 16);
const leaseMs = Number(process.env['GC_RACE_LEASE_MS'] ?? 1_500);
// Between two cycles clients do fewer than this, and what they do during one.
const operationsOfRest = 60;
const signal = new AbortController().signal;

test('no blob that a client was told of is lost while garbage is collected', { timeout: 86_400_000 }, async (t) => {
  const registry = await startRegistry(t);
  const { pool } = registry;
  await pool.query(`UPDATE registry.gc_settings SET review_delay = '0', blob_lease = $1 * interval '1 ms'`, [leaseMs]);
  await pool.query(`ALTER TABLE registry.repositories ALTER COLUMN untagged_grace SET DEFAULT '0'`);
  const nodes = [registry, await registry.addNode()];
  const collector = openCollector(registry);
  const counts: SoakCounts = { operations: 0, pushes: 0, pulls: 0, deletions: 0, slow: 0, violations: [] };
  const endMs = Date.now() + seconds * 1_000;
  const running = new Set(Array.from({ length: clients }, (_, index) => index));
  const isOver = (): boolean => Date.now() >= endMs && counts.operations >= operations;
  const moments = createRandom(0);
  let cycles = 0;
  try {
    await Promise.all([
      ...Array.from({ length: clients }, async (_, index) => {
        const node = nodes[index % nodes.length] ?? registry;
        const random = createRandom(index + 1);
        await actAsSoakClient(node, { random, counts, leaseMs, isOver }).finally(() => running.delete(index));
      }),
      (async () => {
        for (; running.size > 0; cycles++) {
          const nextAt = counts.operations + moments.below(operationsOfRest);
          while (counts.operations < nextAt && running.size > 0) await delay(2);
          await collector.collect();
          // Nobody reads them, and there are millions in the long form.
          registry.summaries.length = 0;
        }
      })(),
    ]);
    t.diagnostic(`${counts.operations} operations (${counts.pushes} pushes, ${counts.pulls} pulls, ${counts.deletions} \
deletions; ${counts.slow} too slow for their lease), ${cycles} cycles: ${collector.manifests} manifests and \
${collector.blobs} blobs collected, of which ${collector.layers} layers that images share; \
${counts.violations.length} violations`);
    assert.deepEqual(counts.violations, []);
    assert.deepEqual(registry.errors, []);
    assert.ok(counts.pushes > 0 && collector.layers > 0, 'there was something to collect');
    assert.ok(cycles * 200 >= counts.operations, 'as many cycles as in the soak of Quay, or more');

    for (const kind of ['blob', 'manifest'])
      await pool.query(`UPDATE registry.${kind}_reviews SET review_after = now()`);
    await pool.query(`UPDATE registry.gc_settings SET blob_lease = '0'`);
    while ((await collector.collect()) > 0);
    await assertAgreement(pool, registry.rootPath);
  } finally {
    await collector.close();
  }
});

/** Garbage collection, as the activities of its jobs do it, in a process that has caches of its own. */
function openCollector({ pool, blobStore }: TestRegistry) {
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const listener = createListener({
    connectionString: pool.options.connectionString ?? '',
    applicationName: cacheApplicationName,
    onError: () => undefined,
  });
  const cache = createCoherentCache({ pool, listener, log });
  const context = { actor: 'gc', at: new Date(), host: 'registry.example' };
  return {
    manifests: 0,
    blobs: 0,
    layers: 0,
    /** One cycle. Gives how much it looked at. */
    async collect(): Promise<number> {
      const manifests = await reviewManifestPage(pool, 100, context);
      if (manifests.unneeded.length > 0) {
        await cache.publish(
          manifests.unneeded.map(({ namespace, repository: name, digest }) =>
            manifestKey({ namespace, name, full: `${namespace}/${name}` }, digest),
          ),
        );
      }
      const blobs = await reviewPage(pool, 100);
      if (blobs.reviewed > 0) await cache.publish([allBlobs]);
      const { deleted } = await deleteObjectsPage(pool, blobStore, {
        limit: 100,
        since: await databaseNow(pool),
        signal,
      });
      this.manifests += manifests.unneeded.length;
      this.blobs += blobs.orphans.length;
      this.layers += blobs.orphans.filter(({ digest }) => layerDigests.has(digest)).length;
      return manifests.reviewed + blobs.reviewed + deleted;
    },
    async close(): Promise<void> {
      cache.close();
      await listener.close();
    },
  };
}
