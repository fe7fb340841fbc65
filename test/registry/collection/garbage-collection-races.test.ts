import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'node:test';
import {
  fullAccess,
  pushBlob,
  pushLayers,
  putManifest,
  randomBlob,
  startRegistry,
  type TestRegistry,
  type TestResponse,
} from '../test-registry.ts';

const name = 'admin/app';

const deleteBlob = 'DELETE FROM registry.blobs WHERE digest = $1';
const deleteLinks = `WITH kept AS (SELECT id FROM registry.blobs WHERE digest = $1 FOR UPDATE),
  reviewed AS (DELETE FROM registry.blob_reviews WHERE blob_id IN (SELECT id FROM kept))
  DELETE FROM registry.repository_blobs WHERE blob_id IN (SELECT id FROM kept)`;

/** Collects a blob the way garbage collection does, holding its locks while `meanwhile` runs. */
async function collectWhile<T>(
  registry: TestRegistry,
  digest: string,
  meanwhile: () => Promise<T>,
  collect = deleteBlob,
): Promise<T> {
  const client = await registry.pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(
      `SELECT 1 FROM registry.blob_reviews WHERE blob_id = (SELECT id FROM registry.blobs WHERE digest = $1) FOR UPDATE`,
      [digest],
    );
    await client.query(collect, [digest]);
    let isDone = false;
    const pending = meanwhile().finally(() => {
      isDone = true;
    });
    await delay(300);
    assert.equal(isDone, false, 'the request waits for the collection that is under way');
    await client.query('COMMIT');
    return await pending;
  } finally {
    client.release();
  }
}

async function reviewAfter(registry: TestRegistry, digest: string): Promise<{ inSeconds: number; xmin: string }> {
  const { rows } = await registry.pool.query<{ inSeconds: number; xmin: string }>(
    `SELECT extract(epoch FROM review_after - now())::int AS "inSeconds", v.xmin::text
     FROM registry.blob_reviews v JOIN registry.blobs b ON b.id = v.blob_id WHERE b.digest = $1`,
    [digest],
  );
  const [row] = rows;
  assert.ok(row);
  return row;
}

async function makeDue(registry: TestRegistry): Promise<void> {
  await registry.pool.query(`UPDATE registry.blob_reviews SET review_after = now() - interval '1 second'`);
}

test('a blob that is collected between HEAD and PUT makes no dangling manifest', async (t) => {
  const registry = await startRegistry(t);
  const image = await pushLayers(registry, name);
  const layer = image.layers[1] ?? '';
  assert.equal((await registry.send('HEAD', `/v2/${name}/blobs/${layer}`)).status, 200);
  await registry.pool.query('DELETE FROM registry.blobs WHERE digest = $1', [layer]);
  const put = await putManifest(registry, name, '1', image.manifest);
  assert.deepEqual([put.status, put.code], [404, 'MANIFEST_BLOB_UNKNOWN']);
  assert.ok(put.message.includes(layer));
});

test('a blob that is being collected: PUT of a manifest waits, and then refuses', async (t) => {
  const registry = await startRegistry(t);
  const image = await pushLayers(registry, name);
  const put = await collectWhile(registry, image.layers[1] ?? '', () =>
    putManifest(registry, name, '1', image.manifest),
  );
  assert.equal(put.code, 'MANIFEST_BLOB_UNKNOWN');
});

test('a blob that is being collected: HEAD, mount and upload by a client that may push', async (t) => {
  const registry = await startRegistry(t);
  const { bytes, digest } = randomBlob();
  await pushBlob(registry, name, bytes);
  await makeDue(registry);
  const head = await collectWhile(registry, digest, () => registry.send('HEAD', `/v2/${name}/blobs/${digest}`));
  assert.equal(head.status, 404);

  await pushBlob(registry, name, bytes);
  const mount = await collectWhile(registry, digest, () =>
    registry.send('POST', `/v2/admin/other/blobs/uploads/?mount=${digest}&from=${name}`, {
      access: fullAccess(name, 'admin/other'),
    }),
  );
  assert.equal(mount.status, 202);

  await pushBlob(registry, name, bytes);
  await collectWhile(registry, digest, () => pushBlob(registry, 'admin/third', bytes));
  assert.deepEqual((await registry.send('GET', `/v2/admin/third/blobs/${digest}`)).body, bytes);
  assert.deepEqual(registry.errors, []);
});

test('a blob that stays, but loses its link to the repository, is not there for HEAD and PUT', async (t) => {
  const registry = await startRegistry(t);
  const image = await pushLayers(registry, name);
  const layer = image.layers[1] ?? '';
  await makeDue(registry);
  const head = () => registry.send('HEAD', `/v2/${name}/blobs/${layer}`);
  assert.equal((await collectWhile(registry, layer, head, deleteLinks)).status, 404);
  const config = image.layers[0] ?? '';
  const put = () => putManifest(registry, name, '1', image.manifest);
  assert.equal((await collectWhile(registry, config, put, deleteLinks)).code, 'MANIFEST_BLOB_UNKNOWN');
});

test('a blob that is named cannot be deleted, whatever garbage collection believes', async (t) => {
  const registry = await startRegistry(t);
  const image = await pushLayers(registry, name);
  assert.equal((await putManifest(registry, name, '1', image.manifest)).status, 201);
  await assert.rejects(registry.pool.query('DELETE FROM registry.blobs WHERE digest = $1', [image.layers[1]]), {
    constraint: 'manifest_blobs_blob_id_fkey',
  });
});

test('HEAD, mount and upload push the review back for a client that may push, and for no other', async (t) => {
  const registry = await startRegistry(t);
  const { bytes, digest } = randomBlob();
  await pushBlob(registry, name, bytes);
  const path = `/v2/${name}/blobs/${digest}`;
  const isLeased = async () => (await reviewAfter(registry, digest)).inSeconds > 3_500;

  await makeDue(registry);
  const puller = { access: [{ type: 'repository' as const, name, actions: ['pull'] }] };
  assert.equal((await registry.send('HEAD', path, puller)).status, 200);
  assert.equal(await isLeased(), false);

  const ways: readonly (() => Promise<TestResponse | string>)[] = [
    () => registry.send('HEAD', path),
    () =>
      registry.send('POST', `/v2/admin/other/blobs/uploads/?mount=${digest}&from=${name}`, {
        access: fullAccess(name, 'admin/other'),
      }),
    () => pushBlob(registry, 'admin/third', bytes),
  ];
  for (const way of ways) {
    await makeDue(registry);
    await way();
    assert.equal(await isLeased(), true);
  }
});

test('a review that is far enough off is not written again, and one that is later still is kept', async (t) => {
  const registry = await startRegistry(t);
  const { bytes, digest } = randomBlob();
  await pushBlob(registry, name, bytes);
  const path = `/v2/${name}/blobs/${digest}`;
  const before = await reviewAfter(registry, digest);
  assert.equal((await registry.send('HEAD', path)).status, 200);
  assert.equal((await reviewAfter(registry, digest)).xmin, before.xmin);
  await registry.pool.query(`UPDATE registry.blob_reviews SET review_after = now() + interval '2 hours'`);
  await pushBlob(registry, name, bytes);
  assert.ok((await reviewAfter(registry, digest)).inSeconds > 7_000);
});
