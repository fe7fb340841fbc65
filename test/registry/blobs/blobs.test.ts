import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { readdir, readlink } from 'node:fs/promises';
import { test } from 'node:test';
import {
  authorization,
  eventually,
  fullAccess,
  pushBlob,
  pushImage,
  putManifest,
  pushLayers,
  randomBlob,
  startRegistry,
} from '../test-registry.ts';

const name = 'admin/app';

test('HEAD, GET and conditional GET', async (t) => {
  const registry = await startRegistry(t);
  const { bytes, digest } = randomBlob(3_000_000);
  await pushBlob(registry, name, bytes);
  const path = `/v2/${name}/blobs/${digest}`;
  for (const method of ['HEAD', 'GET']) {
    const response = await registry.send(method, path);
    assert.equal(response.status, 200);
    assert.equal(response.headers['content-length'], '3000000');
    assert.equal(response.headers['docker-content-digest'], digest);
    assert.equal(response.headers['accept-ranges'], 'bytes');
    assert.equal(response.headers.etag, `"${digest}"`);
    assert.equal(response.body.length, method === 'GET' ? 3_000_000 : 0);
  }
  const unmodified = await registry.send('GET', path, { headers: { 'If-None-Match': `W/"x", "${digest}"` } });
  assert.deepEqual([unmodified.status, unmodified.body.length], [304, 0]);
  assert.equal((await registry.send('GET', path.replace(':', '%3A'))).status, 200);
});

test('ranges', async (t) => {
  const { send, ...registry } = await startRegistry(t);
  const { bytes, digest } = randomBlob(2_000);
  await pushBlob({ send, ...registry }, name, bytes);
  const get = (range: string, headers = {}) =>
    send('GET', `/v2/${name}/blobs/${digest}`, { headers: { Range: range, ...headers } });
  for (const [range, start, end] of [
    ['bytes=500-1499', 500, 1_499],
    ['bytes=500-', 500, 1_999],
    ['bytes=-500', 1_500, 1_999],
    ['bytes=1999-5000', 1_999, 1_999],
  ] as const) {
    const response = await get(range);
    assert.equal(response.status, 206);
    assert.equal(response.headers['content-range'], `bytes ${start}-${end}/2000`);
    assert.deepEqual(response.body, bytes.subarray(start, end + 1));
  }
  for (const range of ['bytes=2000-5000', 'bytes=500-0']) {
    const response = await get(range);
    assert.deepEqual([response.status, response.code], [416, 'RANGE_INVALID']);
    assert.equal(response.headers['content-range'], 'bytes */2000');
  }
  assert.equal((await get('bytes=0-1', { 'If-Range': '"other"' })).status, 200);
  assert.equal((await get('bytes=0-1', { 'If-Range': `"${digest}"` })).status, 206);
});

test('a blob that is not there, or not in this repository', async (t) => {
  const registry = await startRegistry(t);
  const digest = await pushBlob(registry, 'admin/other', 'abc');
  await pushBlob(registry, name, 'something else');
  for (const method of ['GET', 'HEAD', 'DELETE']) {
    assert.equal((await registry.send(method, `/v2/${name}/blobs/${digest}`)).status, 404);
  }
  assert.equal((await registry.send('GET', `/v2/${name}/blobs/${digest}`)).code, 'BLOB_UNKNOWN');
  assert.equal((await registry.send('GET', `/v2/${name}/blobs/nonsense`)).code, 'DIGEST_INVALID');
});

test('DELETE takes the blob out of one repository, unless a manifest there names it', async (t) => {
  const registry = await startRegistry(t);
  const image = await pushImage(registry, name, '1');
  const [config, layer = ''] = image.layers;
  const response = await registry.send('DELETE', `/v2/${name}/blobs/${layer}`);
  assert.deepEqual([response.status, response.code], [405, 'UNSUPPORTED']);
  assert.ok(response.message.includes(image.digest));
  for (const digest of [config, layer]) {
    const mounted = await registry.send('POST', `/v2/admin/other/blobs/uploads/?mount=${digest}&from=${name}`, {
      access: fullAccess('admin/other', name),
    });
    assert.equal(mounted.status, 201);
  }
  assert.equal((await registry.send('DELETE', `/v2/admin/other/blobs/${layer}`)).status, 202);
  assert.equal((await registry.send('HEAD', `/v2/admin/other/blobs/${layer}`)).status, 404);
  assert.equal((await registry.send('HEAD', `/v2/${name}/blobs/${layer}`)).status, 200);
  const dangling = await putManifest(registry, 'admin/other', '1', image.manifest);
  assert.equal(dangling.code, 'MANIFEST_BLOB_UNKNOWN');
});

test('DELETE of a blob and PUT of a manifest that names it, at once: never both', async (t) => {
  const registry = await startRegistry(t);
  for (let round = 0; round < 10; round++) {
    const image = await pushLayers(registry, name);
    const path = `/v2/${name}/blobs/${image.layers[1]}`;
    const [deleted, put] = await Promise.all([
      registry.send('DELETE', path),
      putManifest(registry, name, 'race', image.manifest),
    ]);
    const outcome = `${deleted.status} ${put.status}`;
    assert.ok(['202 404', '405 201'].includes(outcome), outcome);
    assert.equal((await registry.send('HEAD', path)).status, deleted.status === 202 ? 404 : 200);
  }
});

test('a client that goes away in the middle leaves no file open', { skip: process.platform !== 'linux' }, async (t) => {
  const registry = await startRegistry(t);
  const { bytes, digest } = randomBlob(30_000_000);
  await pushBlob(registry, name, bytes);
  const path = `/v2/${name}/blobs/${digest}`;
  const req = http.get({
    port: registry.port,
    host: '127.0.0.1',
    path,
    agent: false,
    headers: { Authorization: authorization(path) },
  });
  const [res] = (await once(req, 'response')) as [http.IncomingMessage];
  await once(res, 'data');
  res.destroy();
  const [object = ''] = await registry.objects();
  await eventually(async () => !(await openFiles()).some((file) => file.endsWith(object)));
  await eventually(() => Promise.resolve(registry.summaries.some(({ status }) => status === 499)));
  assert.deepEqual(registry.errors, []);
});

async function openFiles(): Promise<string[]> {
  const names = await readdir('/proc/self/fd');
  return Promise.all(names.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
}

test('bytes that are lost are an error of the server, and never a short answer', async (t) => {
  const registry = await startRegistry(t);
  const digest = await pushBlob(registry, name, 'abc');
  const { rows } = await registry.pool.query<{ key: string }>('SELECT storage_key AS key FROM registry.blobs');
  await registry.pool.query('UPDATE registry.blobs SET size_bytes = 4');
  await assert.rejects(registry.send('GET', `/v2/${name}/blobs/${digest}`), { code: 'ECONNRESET' });
  await registry.blobStore.delete(rows.map(({ key }) => key));
  const response = await registry.send('GET', `/v2/${name}/blobs/${digest}`);
  assert.deepEqual([response.status, response.code], [500, 'UNKNOWN']);
});
