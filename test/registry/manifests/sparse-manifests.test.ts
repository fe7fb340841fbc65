import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reviewPage } from '../../../registry/collection/collect-blobs.ts';
import {
  imageType,
  indexType,
  pushBlob,
  pushImage,
  pushLayers,
  putManifest,
  randomBlob,
  sha256,
  startRegistry,
  type TestRegistry,
} from '../test-registry.ts';

const name = 'admin/app';

async function namedBlobs(registry: TestRegistry): Promise<string[]> {
  const { rows } = await registry.pool.query<{ digest: string }>(
    'SELECT digest FROM registry.manifest_blobs mb JOIN registry.blobs b ON b.id = mb.blob_id',
  );
  return rows.map(({ digest }) => digest);
}

function withLayer(manifest: string, layer: { digest: string; size: number; mediaType: string }): string {
  const body = JSON.parse(manifest) as { layers: unknown[] };
  return JSON.stringify({ ...body, layers: [...body.layers, layer] });
}

test('a layer that is absent is named by the manifest once it is pushed, and then stays', async (t) => {
  const layer = randomBlob();
  for (const { acceptsSparse, mediaType } of [
    { acceptsSparse: true, mediaType: 'application/vnd.oci.image.layer.v1.tar' },
    { acceptsSparse: false, mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar' },
  ]) {
    const registry = await startRegistry(t, { acceptsSparse });
    const { manifest, layers } = await pushLayers(registry, name);
    const sparse = withLayer(manifest, { digest: layer.digest, size: layer.bytes.length, mediaType });
    const put = await putManifest(registry, name, '1', sparse);
    assert.equal(put.status, 201, put.message);
    assert.equal(put.headers.warning?.startsWith('299 - "'), acceptsSparse ? undefined : true);
    assert.deepEqual((await namedBlobs(registry)).sort(), [...layers].sort());

    await pushBlob(registry, name, layer.bytes);
    assert.deepEqual((await namedBlobs(registry)).sort(), [...layers, layer.digest].sort());
    await registry.pool.query(`UPDATE registry.blob_reviews SET review_after = now() - interval '1 s'`);
    assert.equal((await reviewPage(registry.pool, 100)).orphans.length, 0);
    const { rowCount } = await registry.pool.query('SELECT FROM registry.manifest_absences');
    assert.equal(rowCount, 0);
  }
});

test('whichever of layer and sparse manifest comes first, and both at once, the manifest names the layer', async (t) => {
  const registry = await startRegistry(t, { acceptsSparse: true });
  const { manifest } = await pushLayers(registry, name);
  const mediaType = 'application/vnd.oci.image.layer.v1.tar';
  await Promise.all(
    Array.from({ length: 40 }, async () => {
      const layer = randomBlob();
      const sparse = withLayer(manifest, { digest: layer.digest, size: layer.bytes.length, mediaType });
      const [, put] = await Promise.all([
        pushBlob(registry, name, layer.bytes),
        putManifest(registry, name, sha256(sparse), sparse),
      ]);
      assert.equal(put.status, 201, put.message);
      assert.ok((await namedBlobs(registry)).includes(layer.digest));
    }),
  );
});

test('an index names children that come later, and those that come back', async (t) => {
  const registry = await startRegistry(t, { acceptsSparse: true });
  const child = await pushLayers(registry, name);
  const descriptor = { mediaType: imageType, digest: child.digest, size: child.manifest.length };
  const index = JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: [descriptor] });
  assert.equal((await putManifest(registry, name, 'all', index, indexType)).status, 201);
  const children = async () => (await registry.pool.query('SELECT FROM registry.manifest_children')).rowCount;
  assert.equal(await children(), 0);
  for (let round = 0; round < 2; round++) {
    assert.equal((await putManifest(registry, name, child.digest, child.manifest)).status, 201);
    assert.equal(await children(), 1);
    assert.equal((await registry.send('DELETE', `/v2/${name}/manifests/${child.digest}`)).status, 202);
    assert.equal(await children(), 0);
  }
});

test('by default a manifest names only what is there', async (t) => {
  const registry = await startRegistry(t);
  const image = await pushImage(registry, name, '1');
  const absent = randomBlob().digest;
  const sparse = withLayer(image.manifest, { digest: absent, size: 1, mediaType: 'application/x.layer' });
  const put = await putManifest(registry, name, '2', sparse);
  assert.deepEqual([put.status, put.code], [404, 'MANIFEST_BLOB_UNKNOWN']);
});
