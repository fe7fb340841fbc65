// Two ways in which other registries lose blobs.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { deleteObjectsPage, databaseNow, reviewPage } from '../../../registry/collection/collect-blobs.ts';
import { reviewManifestPage } from '../../../registry/collection/collect-manifests.ts';
import {
  fullAccess,
  pushBlob,
  pushLayers,
  putManifest,
  randomBlob,
  startRegistry,
  type TestRegistry,
} from '../test-registry.ts';

const context = { actor: 'gc', at: new Date(), host: 'registry.example' };
const signal = new AbortController().signal;

/** A registry that keeps nothing, but for what a pusher was told of. */
async function startLeasingRegistry(t: TestContext): Promise<TestRegistry> {
  const registry = await startRegistry(t);
  await registry.pool.query(`UPDATE registry.gc_settings SET review_delay = '0', blob_lease = '1 minute'`);
  await registry.pool.query(`ALTER TABLE registry.repositories ALTER COLUMN untagged_grace SET DEFAULT '0'`);
  return registry;
}

/** Lets this much time pass, as far as garbage collection can tell. */
async function pass(registry: TestRegistry, interval: string): Promise<void> {
  for (const table of ['blob_reviews', 'manifest_reviews']) {
    await registry.pool.query(`UPDATE registry.${table} SET review_after = review_after - $1::interval`, [interval]);
  }
}

async function collect({ pool, blobStore }: TestRegistry): Promise<number> {
  while ((await reviewManifestPage(pool, 100, context)).reviewed > 0);
  const { orphans } = await reviewPage(pool, 100);
  await deleteObjectsPage(pool, blobStore, { limit: 100, since: await databaseNow(pool), signal });
  return orphans.length;
}

// https://github.com/goharbor/harbor/issues/23116: the row that ties a blob to a project is not made younger when the blob
// is used again.
test('a layer of an old image that another repository reuses is not collected under its feet', async (t) => {
  const ways = ['mount', 'upload', 'HEAD in the same repository'] as const;
  for (const way of ways) {
    await t.test(way, async (t) => {
      const registry = await startLeasingRegistry(t);
      const layer = randomBlob();
      const old = await pushLayers(registry, 'admin/old', [layer.bytes]);
      assert.equal((await putManifest(registry, 'admin/old', '1', old.manifest)).status, 201);
      await registry.send('DELETE', `/v2/admin/old/manifests/${old.digest}`);
      // The old image is garbage, and due.
      await pass(registry, '1 day');

      const target = way === 'HEAD in the same repository' ? 'admin/old' : 'admin/new';
      const access = fullAccess('admin/old', 'admin/new');
      if (way === 'mount') {
        const path = `/v2/${target}/blobs/uploads/?mount=${layer.digest}&from=admin/old`;
        assert.equal((await registry.send('POST', path, { access })).status, 201);
      } else if (way === 'upload') {
        await pushBlob(registry, target, layer.bytes);
      } else {
        assert.equal((await registry.send('HEAD', `/v2/${target}/blobs/${layer.digest}`)).status, 200);
      }
      assert.equal(await collect(registry), 1, 'the old config alone is gone');

      const config = '{}';
      const configDigest = await pushBlob(registry, target, config);
      const manifest = JSON.stringify({
        ...(JSON.parse(old.manifest) as object),
        config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: configDigest, size: config.length },
      });
      assert.equal((await putManifest(registry, target, '1', manifest)).status, 201);
      await pass(registry, '1 day');
      await collect(registry);
      assert.deepEqual((await registry.send('GET', `/v2/${target}/blobs/${layer.digest}`)).body, layer.bytes);
    });
  }
});

// https://gitlab.com/gitlab-org/container-registry/-/blob/master/docs/spec/gitlab/online-garbage-collection.md: "worst case
// … image push retry".
test('HEAD says that a layer is there; the manifest that comes 30 s later finds it, whatever runs between', async (t) => {
  const registry = await startLeasingRegistry(t);
  const image = await pushLayers(registry, 'admin/app');
  await pass(registry, '1 day');
  for (const digest of image.layers) {
    assert.equal((await registry.send('HEAD', `/v2/admin/app/blobs/${digest}`)).status, 200);
  }
  for (let seconds = 0; seconds < 30; seconds += 10) {
    await pass(registry, '10 seconds');
    assert.equal(await collect(registry), 0);
  }
  assert.equal((await putManifest(registry, 'admin/app', '1', image.manifest)).status, 201);
  assert.equal((await registry.send('GET', `/v2/admin/app/blobs/${image.layers[1]}`)).status, 200);

  // Without anything that names them they do go, once the lease is over.
  const other = await pushLayers(registry, 'admin/app');
  await pass(registry, '1 day');
  assert.equal(await collect(registry), other.layers.length);
});
