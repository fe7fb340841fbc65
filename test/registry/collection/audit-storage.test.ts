import assert from 'node:assert/strict';
import { readFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { auditObjectsPage, auditRowsPage, verifyBlobsPage } from '../../../registry/collection/audit-storage.ts';
import { listQuarantined, quarantineBlobs } from '../../../registry/blobs/quarantine.ts';
import {
  fullAccess,
  pushBlob,
  pushImage,
  pushLayers,
  putManifest,
  randomBlob,
  startRegistry,
  type TestRegistry,
} from '../test-registry.ts';

const name = 'admin/app';
const signal = new AbortController().signal;
const inAnHour = (): Date => new Date(Date.now() + 3_600_000);

async function keyOf({ pool }: TestRegistry, digest: string): Promise<string> {
  const { rows } = await pool.query<{ key: string }>(
    'SELECT storage_key AS key FROM registry.blobs WHERE digest = $1',
    [digest],
  );
  return rows[0]?.key ?? '';
}

async function addUnowned({ blobStore }: TestRegistry, bytes: Buffer): Promise<string> {
  const key = blobStore.newKey();
  await blobStore.append(
    key,
    0,
    (async function* () {
      yield bytes;
    })(),
  );
  await blobStore.commit(key, bytes.length);
  return key;
}

function verifyAll({ pool, blobStore }: TestRegistry, limit = 100, afterId = 0, isEnough = () => false) {
  const onBytes = () => Promise.resolve();
  return verifyBlobsPage(pool, blobStore, { afterId, limit, isEnough, onBytes, signal });
}

test('objects that nobody owns are found page by page, and deleted if that is wanted and they are old', async (t) => {
  const registry = await startRegistry(t);
  const { pool, blobStore } = registry;
  const image = await pushImage(registry, name, '1');
  const unowned = [];
  for (let index = 0; index < 5; index++) unowned.push(await addUnowned(registry, Buffer.alloc(10 + index)));
  async function audit(repair: boolean, olderThan: Date) {
    const found: string[] = [];
    let checked = 0;
    for (let cursor: string | undefined; ;) {
      const page = await auditObjectsPage(pool, blobStore, { cursor, limit: 2, olderThan, repair, signal });
      assert.deepEqual(page.failures, []);
      checked += page.checked;
      found.push(...page.unowned.map(({ key }) => key));
      cursor = page.nextCursor;
      if (cursor === undefined) return { checked, found: found.toSorted() };
    }
  }
  const all = unowned.length + image.layers.length;
  assert.deepEqual(await audit(true, new Date(0)), { checked: all, found: [] }, 'young ones are left alone');
  assert.deepEqual(await audit(false, inAnHour()), { checked: all, found: unowned.toSorted() });
  assert.deepEqual(await audit(true, inAnHour()), { checked: all, found: unowned.toSorted() });
  assert.deepEqual(await audit(true, inAnHour()), { checked: image.layers.length, found: [] });
  assert.equal((await registry.send('GET', `/v2/${name}/blobs/${image.layers[1]}`)).status, 200);
});

test('an upload under way, and an object that is being given up, have an owner', async (t) => {
  const registry = await startRegistry(t);
  const { pool, blobStore } = registry;
  const [uploading, deleting] = [
    await addUnowned(registry, Buffer.alloc(1)),
    await addUnowned(registry, Buffer.alloc(2)),
  ];
  await pushBlob(registry, name, 'x');
  await pool.query(
    `INSERT INTO registry.uploads (id, repository_id, storage_key) SELECT gen_random_uuid(), id, $1 FROM registry.repositories`,
    [uploading],
  );
  await pool.query('INSERT INTO registry.deleted_objects (storage_key, size_bytes) VALUES ($1, 2)', [deleting]);
  const page = { cursor: undefined, limit: 10, olderThan: inAnHour(), repair: false, signal };
  assert.deepEqual((await auditObjectsPage(pool, blobStore, page)).unowned, []);
});

test('a blob whose object is missing is quarantined, with the images that need it; a push of it heals it', async (t) => {
  const registry = await startRegistry(t);
  const { pool, blobStore } = registry;
  const { bytes, digest } = randomBlob();
  const image = await pushLayers(registry, name, [bytes]);
  await putManifest(registry, name, '1', image.manifest);
  await putManifest(registry, name, '2', image.manifest);
  await pushImage(registry, 'admin/whole', '1');
  const lostKey = await keyOf(registry, digest);
  await blobStore.delete([lostKey]);
  const options = { afterId: 0, limit: 100, signal };
  const found = await auditRowsPage(pool, blobStore, { ...options, repair: false });
  assert.deepEqual(
    found.damaged.map(({ digest: of, reason }) => [of, reason]),
    [[digest, 'missing']],
  );
  assert.deepEqual(
    [found.checked, found.quarantined, await listQuarantined(pool, { limit: 10, imageLimit: 10 })],
    [4, 0, []],
  );
  assert.equal((await auditRowsPage(pool, blobStore, { ...options, repair: true })).quarantined, 1);
  assert.equal((await auditRowsPage(pool, blobStore, { ...options, repair: true })).quarantined, 0);
  const [alert] = await listQuarantined(pool, { limit: 10, imageLimit: 10 });
  assert.deepEqual([alert?.digest, alert?.reason, alert?.images], [digest, 'missing', [`${name}:1`, `${name}:2`]]);

  const get = await registry.send('GET', `/v2/${name}/blobs/${digest}`);
  assert.deepEqual([get.status, get.code], [404, 'BLOB_UNKNOWN']);
  assert.match(get.message, /missing from the blob store: push/);
  assert.equal((await registry.send('HEAD', `/v2/${name}/blobs/${digest}`)).status, 404);
  const put = await putManifest(registry, name, '3', image.manifest);
  assert.equal(put.code, 'MANIFEST_BLOB_UNKNOWN');
  const mount = await registry.send('POST', `/v2/admin/other/blobs/uploads/?mount=${digest}&from=${name}`, {
    access: fullAccess(name, 'admin/other'),
  });
  assert.equal(mount.status, 202, 'it cannot be mounted, so the client uploads it');

  await pushBlob(registry, 'admin/other', bytes);
  assert.deepEqual((await registry.send('GET', `/v2/${name}/blobs/${digest}`)).body, bytes, 'healed everywhere');
  assert.deepEqual(await listQuarantined(pool, { limit: 10, imageLimit: 10 }), []);
  assert.equal((await putManifest(registry, name, '3', image.manifest)).status, 201);
  const { rows } = await pool.query('SELECT storage_key AS key FROM registry.deleted_objects');
  assert.deepEqual(rows, [{ key: lostKey }]);
  assert.deepEqual(registry.errors, []);
});

test('bytes that do not have their digest are quarantined; whole ones that were quarantined are released', async (t) => {
  const registry = await startRegistry(t);
  const { pool, blobStore } = registry;
  const image = await pushImage(registry, name, '1');
  const digest = image.layers[1] ?? '';
  const relative = blobStore.relativePath?.(await keyOf(registry, digest)) ?? '';
  const file = path.join(registry.rootPath, relative);
  const before = await readFile(file);
  const damagedBytes = Buffer.from(before);
  damagedBytes.writeUInt8(damagedBytes.readUInt8(500) ^ 1, 500);
  await writeFile(file, damagedBytes);
  await utimes(file, 0, 0);
  const page = await verifyAll(registry);
  assert.deepEqual([page.checked, page.quarantined, page.released, page.nextId], [2, 1, 0, undefined]);
  assert.match((await registry.send('GET', `/v2/${name}/blobs/${digest}`)).message, /damaged: push/);

  await writeFile(file, before);
  assert.deepEqual(
    [(await verifyAll(registry)).released, await listQuarantined(pool, { limit: 10, imageLimit: 10 })],
    [1, []],
  );
  assert.deepEqual((await registry.send('GET', `/v2/${name}/blobs/${digest}`)).body, before);
});

test('reading goes on where it stopped, page by page, and where its time was over', async (t) => {
  const registry = await startRegistry(t);
  for (let index = 0; index < 5; index++) await pushBlob(registry, name, randomBlob().bytes);
  let checked = 0;
  for (let afterId: number | undefined = 0; afterId !== undefined;) {
    const page = await verifyAll(registry, 2, afterId, () => true);
    assert.equal(page.checkedBytes, page.checked * 1_000);
    checked += page.checked;
    afterId = page.nextId;
  }
  assert.equal(checked, 5);
});

test('a blob that was collected or healed meanwhile is not quarantined', async (t) => {
  const registry = await startRegistry(t);
  const digest = await pushBlob(registry, name, 'x');
  const { rows } = await registry.pool.query<{ id: number }>('SELECT id FROM registry.blobs WHERE digest = $1', [
    digest,
  ]);
  const damaged = { id: rows[0]?.id ?? 0, storageKey: 'another key', reason: 'missing' as const };
  assert.deepEqual(await quarantineBlobs(registry.pool, [damaged]), []);
});
