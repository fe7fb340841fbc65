import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import {
  imageType,
  indexType,
  pushImage,
  pushLayers,
  putManifest,
  randomBlob,
  sha256,
  startRegistry,
  statusesOf,
  type TestImage,
} from '../test-registry.ts';

const name = 'admin/app';

function indexOf(...images: readonly TestImage[]): string {
  const manifests = images.map(({ manifest, digest }) => ({ mediaType: imageType, digest, size: manifest.length }));
  return JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests });
}

test('an image is put by tag, and read by tag and by digest as it was sent', async (t) => {
  const registry = await startRegistry(t);
  const image = await pushLayers(registry, name);
  const spaced = `${image.manifest.slice(0, -1)} , "x" : 1.0 }\n`;
  const put = await putManifest(registry, name, '1.0', spaced);
  assert.equal(put.status, 201, put.message);
  assert.equal(put.headers['docker-content-digest'], sha256(spaced));
  assert.equal(put.headers.location, `/v2/${name}/manifests/${sha256(spaced)}`);
  for (const reference of ['1.0', sha256(spaced)]) {
    for (const method of ['GET', 'HEAD']) {
      const response = await registry.send(method, `/v2/${name}/manifests/${reference}`);
      assert.equal(response.status, 200);
      assert.equal(response.headers['content-type'], imageType);
      assert.equal(response.headers['content-length'], String(spaced.length));
      assert.equal(response.headers['docker-content-digest'], sha256(spaced));
      assert.equal(response.body.toString(), method === 'GET' ? spaced : '');
    }
  }
  const unmodified = await registry.send('GET', `/v2/${name}/manifests/1.0`, {
    headers: { 'If-None-Match': `"${sha256(spaced)}"` },
  });
  assert.equal(unmodified.status, 304);
  const { rows } = await registry.pool.query('SELECT os, architecture, pushed_by FROM registry.manifests');
  assert.deepEqual(rows, [{ os: 'linux', architecture: 'arm64', pushed_by: 'admin' }]);
});

test('by digest, of sha256 and sha512, which has to fit', async (t) => {
  const registry = await startRegistry(t);
  const { manifest, digest } = await pushLayers(registry, name);
  const sha512 = `sha512:${createHash('sha512').update(manifest).digest('hex')}`;
  for (const reference of [digest, sha512]) {
    const put = await putManifest(registry, name, reference, manifest);
    assert.equal(put.headers['docker-content-digest'], reference);
    assert.equal((await registry.send('GET', `/v2/${name}/manifests/${reference}`)).body.toString(), manifest);
  }
  for (const reference of [randomBlob().digest, 'sha256:baddigeststring']) {
    const put = await putManifest(registry, name, reference, manifest);
    assert.deepEqual([put.status, put.code], [400, 'DIGEST_INVALID']);
  }
  const tags = await registry.send('GET', `/v2/${name}/tags/list`);
  assert.deepEqual(JSON.parse(tags.body.toString()), { name, tags: [] });
});

test('a blob that is missing, or not as long as it is said to be', async (t) => {
  const registry = await startRegistry(t);
  const elsewhere = await pushLayers(registry, 'admin/other');
  const missing = await putManifest(registry, name, '1', elsewhere.manifest);
  assert.deepEqual([missing.status, missing.code], [404, 'MANIFEST_BLOB_UNKNOWN']);
  const { errors } = JSON.parse(missing.body.toString()) as { errors: { detail: unknown }[] };
  assert.deepEqual(errors[0]?.detail, { digest: elsewhere.layers[0] });
  const image = await pushLayers(registry, name);
  const wrong = await putManifest(registry, name, '1', image.manifest.replace('"size":1000', '"size":999'));
  assert.deepEqual([wrong.status, wrong.code], [400, 'MANIFEST_INVALID']);
  assert.match(wrong.message, /999 bytes, but the blob has 1000/);
  const { rows } = await registry.pool.query(
    "SELECT 1 FROM registry.manifests UNION ALL SELECT 1 FROM registry.events WHERE kind <> 'REPOSITORY_CREATE'",
  );
  assert.deepEqual(rows, []);
});

test('an index, its children, and a child that is missing', async (t) => {
  const registry = await startRegistry(t);
  const one = await pushImage(registry, name, 'one');
  const two = await pushImage(registry, name, 'two');
  const index = indexOf(one, two);
  assert.equal((await putManifest(registry, name, 'all', index, indexType)).status, 201);
  assert.equal((await registry.send('GET', `/v2/${name}/manifests/all`)).body.toString(), index);
  const { rows } = await registry.pool.query('SELECT 1 FROM registry.manifest_children');
  assert.equal(rows.length, 2);
  assert.equal(
    (await putManifest(registry, name, 'nested', indexOf({ ...one, digest: sha256(index) }), indexType)).status,
    201,
  );
  assert.equal((await putManifest(registry, name, 'empty', indexOf(), indexType)).status, 201);
  const absent = await putManifest(registry, name, 'x', indexOf({ ...one, digest: randomBlob().digest }), indexType);
  assert.equal(absent.code, 'MANIFEST_BLOB_UNKNOWN');
  await registry.pool.query('UPDATE registry.repositories SET enable_manifest_lists = false');
  assert.equal((await putManifest(registry, name, 'all', index, indexType)).code, 'DENIED');
});

test('a manifest with a subject, which need not exist', async (t) => {
  const registry = await startRegistry(t);
  const image = await pushLayers(registry, name);
  const subject = { mediaType: imageType, digest: randomBlob().digest, size: 5 };
  const manifest = JSON.stringify({ ...(JSON.parse(image.manifest) as object), subject });
  const put = await putManifest(registry, name, 'signed', manifest);
  assert.equal(put.headers['oci-subject'], subject.digest);
  const { rows } = await registry.pool.query('SELECT subject_digest FROM registry.manifests');
  assert.deepEqual(rows, [{ subject_digest: subject.digest }]);
});

test('4 MiB are taken, more is not, whether announced or not', async (t) => {
  const registry = await startRegistry(t);
  const image = await pushLayers(registry, name);
  const padded = (sizeBytes: number) =>
    `${image.manifest.slice(0, -1)},"pad":"${'x'.repeat(sizeBytes - image.manifest.length - 9)}"}`;
  const largest = padded(4 * 1024 * 1024);
  assert.equal(largest.length, 4 * 1024 * 1024);
  assert.equal((await putManifest(registry, name, 'large', largest)).status, 201);
  for (const isChunked of [false, true]) {
    const response = await registry.send('PUT', `/v2/${name}/manifests/huge`, {
      body: padded(5 * 1024 * 1024),
      isChunked,
      headers: { 'Content-Type': imageType },
    });
    assert.deepEqual([response.status, response.code], [413, 'SIZE_INVALID']);
  }
});

test('bad input', async (t) => {
  const registry = await startRegistry(t);
  const { manifest } = await pushLayers(registry, name);
  assert.equal((await putManifest(registry, name, '-tag', manifest)).code, 'TAG_INVALID');
  assert.equal((await putManifest(registry, name, 'a'.repeat(129), manifest)).code, 'TAG_INVALID');
  assert.equal((await putManifest(registry, name, '1', '{')).code, 'MANIFEST_INVALID');
  assert.equal((await putManifest(registry, name, '1', '')).code, 'MANIFEST_INVALID');
  assert.equal((await putManifest(registry, name, '1', manifest, indexType)).code, 'MANIFEST_INVALID');
  for (const reference of ['none', '.INVALID_MANIFEST_NAME', randomBlob().digest]) {
    for (const method of ['GET', 'HEAD', 'DELETE']) {
      assert.equal((await registry.send(method, `/v2/${name}/manifests/${reference}`)).status, 404);
    }
  }
  assert.equal((await registry.send('GET', `/v2/${name}/manifests/sha256:x`)).code, 'DIGEST_INVALID');
});

test('DELETE of a tag leaves the manifest; DELETE of a manifest takes its tags along', async (t) => {
  const registry = await startRegistry(t);
  const image = await pushImage(registry, name, 'a');
  for (const tag of ['b', 'c']) await putManifest(registry, name, tag, image.manifest);
  assert.equal((await registry.send('DELETE', `/v2/${name}/manifests/a`)).status, 202);
  assert.equal((await registry.send('GET', `/v2/${name}/manifests/a`)).code, 'MANIFEST_UNKNOWN');
  assert.equal((await registry.send('GET', `/v2/${name}/manifests/${image.digest}`)).status, 200);
  assert.equal((await registry.send('DELETE', `/v2/${name}/manifests/${image.digest}`)).status, 202);
  for (const reference of ['b', 'c', image.digest]) {
    assert.equal((await registry.send('GET', `/v2/${name}/manifests/${reference}`)).status, 404);
  }
  const { rows } = await registry.pool.query<{ event: string }>(
    `SELECT DISTINCT event FROM registry.blob_reviews JOIN registry.blobs b ON b.id = blob_id`,
  );
  assert.deepEqual(rows, [{ event: 'manifest_delete' }]);
  assert.equal((await putManifest(registry, name, 'again', image.manifest)).status, 201);
});

test('an immutable tag can be pushed again as it is, but not changed, not even by two at once', async (t) => {
  const registry = await startRegistry(t);
  const first = await pushImage(registry, name, '1');
  const second = await pushLayers(registry, name);
  await registry.pool.query('UPDATE registry.repositories SET immutable_tags = true');
  const refused = await putManifest(registry, name, '1', second.manifest);
  assert.deepEqual([refused.status, refused.code], [403, 'DENIED']);
  assert.match(refused.message, /the tag 1 of admin\/app/);
  assert.equal((await registry.send('GET', `/v2/${name}/manifests/${second.digest}`)).status, 404);
  assert.equal((await putManifest(registry, name, '1', first.manifest)).status, 201);
  const both = await Promise.all([first, second].map(({ manifest }) => putManifest(registry, name, '2', manifest)));
  assert.deepEqual(statusesOf(both), [201, 403]);
});

test('one tag put by many at once: the last wins, and everything fits together', async (t) => {
  const registry = await startRegistry(t);
  const images = await Promise.all(Array.from({ length: 8 }, () => pushLayers(registry, name)));
  const puts = await Promise.all(images.map(({ manifest }) => putManifest(registry, name, 'hot', manifest)));
  assert.ok(puts.every(({ status }) => status === 201));
  const { headers, body } = await registry.send('GET', `/v2/${name}/manifests/hot`);
  assert.ok(images.some(({ digest }) => digest === headers['docker-content-digest']));
  assert.equal(sha256(body), headers['docker-content-digest']);
});

test('one manifest put and deleted by many at once never ends in an error of the server', async (t) => {
  const registry = await startRegistry(t);
  const image = await pushLayers(registry, name);
  const requests = Array.from({ length: 40 }, (_, index) =>
    index % 2 === 0
      ? putManifest(registry, name, `t${index % 6}`, image.manifest)
      : registry.send('DELETE', `/v2/${name}/manifests/${image.digest}`),
  );
  const statuses = new Set((await Promise.all(requests)).map(({ status }) => status));
  assert.ok(
    [...statuses].every((status) => [201, 202, 404].includes(status)),
    [...statuses].join(' '),
  );
  assert.deepEqual(registry.errors, []);
});

test('pulls and pushes are counted', async (t) => {
  const registry = await startRegistry(t);
  const image = await pushImage(registry, name, '1');
  await registry.send('GET', `/v2/${name}/manifests/1`);
  await registry.send('GET', `/v2/${name}/manifests/${image.digest}`);
  await registry.send('HEAD', `/v2/${name}/manifests/1`);
  await registry.registry.close();
  const { rows } = await registry.pool.query('SELECT pulls, pushes FROM registry.repositories');
  assert.deepEqual(rows, [{ pulls: 2, pushes: 1 }]);
});
