import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import http from 'node:http';
import { test } from 'node:test';
import {
  authorization,
  eventually,
  fullAccess,
  pushBlob,
  randomBlob,
  startRegistry,
  statusesOf,
  type TestNode,
  type TestRegistry,
} from '../test-registry.ts';

const name = 'admin/app';

async function startUpload(node: TestNode): Promise<string> {
  const response = await node.send('POST', `/v2/${name}/blobs/uploads/`);
  assert.equal(response.status, 202, response.message);
  assert.equal(response.headers.range, '0-0');
  const location = String(response.headers.location);
  assert.match(location, /^\/v2\/admin\/app\/blobs\/uploads\/[0-9a-f-]{36}$/);
  return location;
}

async function assertPulls(node: TestNode, digest: string, bytes: Uint8Array): Promise<void> {
  const response = await node.send('GET', `/v2/${name}/blobs/${digest}`);
  assert.equal(response.status, 200, response.message);
  assert.deepEqual(response.body, bytes);
}

async function assertNothingStored(registry: TestRegistry, digest: string): Promise<void> {
  assert.equal((await registry.send('HEAD', `/v2/${name}/blobs/${digest}`)).status, 404);
  const { rows } = await registry.pool
    .query(`SELECT 1 FROM registry.uploads UNION ALL SELECT 1 FROM registry.expired_uploads
     UNION ALL SELECT 1 FROM registry.blobs`);
  assert.deepEqual(rows, []);
  assert.deepEqual([...(await registry.objects()), ...(await registry.unfinished())], []);
}

/** Sends the head of a request and part of its body, and gives the request to go on with, or to break. */
function begin(
  node: TestNode,
  method: string,
  path: string,
  lengthBytes: number,
  part: Uint8Array,
): http.ClientRequest {
  const headers = { Authorization: authorization(path), 'Content-Length': lengthBytes };
  const req = http.request({ port: node.port, host: '127.0.0.1', method, path, headers, agent: false });
  req.on('error', () => undefined);
  req.write(part);
  return req;
}

test('monolithic: POST, then PUT', async (t) => {
  const registry = await startRegistry(t);
  const { bytes, digest } = randomBlob(2_500_000);
  const location = await startUpload(registry);
  const response = await registry.send('PUT', `${location}?digest=${digest}`, { body: bytes });
  assert.equal(response.status, 201, response.message);
  assert.equal(response.headers.location, `/v2/${name}/blobs/${digest}`);
  assert.equal(response.headers['docker-content-digest'], digest);
  await assertPulls(registry, digest, bytes);
  assert.equal((await registry.send('GET', location)).code, 'BLOB_UPLOAD_UNKNOWN');
  assert.deepEqual(await registry.unfinished(), []);
});

test('monolithic: a single POST, of sha256, of sha512, and of nothing', async (t) => {
  const registry = await startRegistry(t);
  const { bytes } = randomBlob();
  await assertPulls(registry, await pushBlob(registry, name, bytes), bytes);
  const sha512 = `sha512:${createHash('sha512').update(bytes).digest('hex')}`;
  const response = await registry.send('POST', `/v2/${name}/blobs/uploads/?digest=${sha512}`, { body: bytes });
  assert.equal(response.status, 201);
  await assertPulls(registry, sha512, bytes);
  await assertPulls(registry, await pushBlob(registry, name, ''), Buffer.alloc(0));
});

test('chunked, with every kind of last request, and with a digest that needs the bytes again', async (t) => {
  const registry = await startRegistry(t);
  for (const [algorithm, hasLastBody] of [
    ['sha256', false],
    ['sha256', true],
    ['sha512', false],
    ['sha512', true],
  ] as const) {
    const { bytes } = randomBlob(3_000_000);
    const digest = `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
    const location = await startUpload(registry);
    const cuts = [0, 1_000_000, 1_000_001, hasLastBody ? 2_000_000 : bytes.length];
    for (const [index, end] of cuts.slice(1).entries()) {
      const start = cuts[index] ?? 0;
      const response = await registry.send('PATCH', location, {
        body: bytes.subarray(start, end),
        headers: { 'Content-Range': `${start}-${end - 1}`, 'Content-Type': 'application/octet-stream' },
      });
      assert.equal(response.status, 202, response.message);
      assert.equal(response.headers.range, `0-${end - 1}`);
      assert.equal(response.headers.location, location);
    }
    const response = await registry.send('PUT', `${location}?digest=${digest}`, {
      ...(hasLastBody && {
        body: bytes.subarray(2_000_000),
        headers: { 'Content-Range': `2000000-${bytes.length - 1}` },
      }),
    });
    assert.equal(response.status, 201, response.message);
    await assertPulls(registry, digest, bytes);
  }
});

test('digest-algorithm: what the client announces is hashed as the bytes pass, and never read back', async (t) => {
  const registry = await startRegistry(t, {
    wrapStore: (store) => ({ ...store, open: () => Promise.reject(new Error('the bytes must not be read')) }),
  });
  const other = await registry.addNode();
  for (const algorithm of ['sha256', 'sha512']) {
    const { bytes } = randomBlob(100_000);
    const digest = `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
    const started = await registry.send('POST', `/v2/${name}/blobs/uploads/?digest-algorithm=${algorithm}`);
    assert.equal(started.status, 202, started.message);
    const location = String(started.headers.location);
    assert.match(location, /\/blobs\/uploads\/[0-9a-f-]{36}$/, 'nothing of it is in a query');
    for (const [start, end] of [
      [0, 60_000],
      [60_000, 100_000],
    ] as const) {
      assert.equal((await registry.send('PATCH', location, { body: bytes.subarray(start, end) })).status, 202);
    }
    const wrong = `${algorithm}:${createHash(algorithm).update('else').digest('hex')}`;
    const response = await other.send('PUT', `${location}?digest=${digest}`);
    assert.equal(response.status, 201, response.message);
    assert.equal(response.headers['docker-content-digest'], digest);
    const again = await registry.send('POST', `/v2/${name}/blobs/uploads/?digest-algorithm=${algorithm}`);
    await registry.send('PATCH', String(again.headers.location), { body: bytes });
    assert.equal((await other.send('PUT', `${again.headers.location}?digest=${wrong}`)).code, 'DIGEST_INVALID');
  }
});

test('a digest algorithm that is not supported is refused with those that are', async (t) => {
  const registry = await startRegistry(t);
  for (const algorithm of ['', 'md5', 'SHA256', 'constructor', 'x'.repeat(5_000)]) {
    const response = await registry.send('POST', `/v2/${name}/blobs/uploads/?digest-algorithm=${algorithm}`);
    assert.deepEqual([response.status, response.code], [400, 'DIGEST_INVALID'], algorithm);
    assert.match(response.message, /use sha256 or sha512/);
  }
});

test('an upload may have so many bytes and no more, on every path', async (t) => {
  const registry = await startRegistry(t, { maxUploadBytes: 1_000 });
  const { bytes, digest } = randomBlob(1_000);
  const over = Buffer.alloc(1_001);
  assert.equal(await pushBlob(registry, name, bytes), digest);
  const location = await startUpload(registry);
  assert.equal((await registry.send('PATCH', location, { body: bytes })).status, 202);
  const refusals = [
    await registry.send('POST', `/v2/${name}/blobs/uploads/?digest=${digest}`, { body: over }),
    await registry.send('PATCH', await startUpload(registry), { body: over, isChunked: true }),
    await registry.send('PATCH', location, { body: 'x' }),
    await registry.send('PUT', `${location}?digest=${digest}`, { body: 'x', isChunked: true }),
  ];
  for (const response of refusals) {
    assert.deepEqual([response.status, response.code], [413, 'DENIED']);
    assert.match(response.message, /at most 1000 bytes here/);
  }
  assert.equal(
    (await registry.send('PUT', `${location}?digest=${digest}`)).status,
    201,
    'what was there before is kept',
  );
});

test('a chunk of unknown length', async (t) => {
  const registry = await startRegistry(t);
  const { bytes, digest } = randomBlob(300_000);
  const location = await startUpload(registry);
  const patched = await registry.send('PATCH', location, { body: bytes, isChunked: true });
  assert.equal(patched.status, 202);
  assert.equal((await registry.send('PUT', `${location}?digest=${digest}`)).status, 201);
  await assertPulls(registry, digest, bytes);
});

test('a chunk out of order is refused with 416, and the upload goes on', async (t) => {
  const registry = await startRegistry(t);
  const { bytes, digest } = randomBlob(3_000);
  const location = await startUpload(registry);
  const chunk = (start: number, end: number) => ({
    body: bytes.subarray(start, end),
    headers: { 'Content-Range': `${start}-${end - 1}` },
  });
  assert.equal((await registry.send('PATCH', location, chunk(0, 1_000))).status, 202);
  for (const [method, path] of [
    ['PATCH', location],
    ['PUT', `${location}?digest=${digest}`],
  ] as const) {
    const early = await registry.send(method, path, chunk(2_000, 3_000));
    assert.deepEqual([early.status, early.code], [416, 'RANGE_INVALID']);
    assert.equal(early.headers.range, '0-999');
    assert.equal(early.headers.location, location);
  }
  const status = await registry.send('GET', location);
  assert.deepEqual([status.status, status.headers.range, status.headers.location], [204, '0-999', location]);
  assert.equal((await registry.send('PATCH', location, chunk(1_000, 2_000))).status, 202);
  assert.equal((await registry.send('PUT', `${location}?digest=${digest}`, chunk(2_000, 3_000))).status, 201);
  await assertPulls(registry, digest, bytes);
});

test('a chunk that is not as long as it says counts for nothing', async (t) => {
  const registry = await startRegistry(t);
  const { bytes } = randomBlob(1_000);
  const location = await startUpload(registry);
  for (const request of [
    { headers: { 'Content-Range': '0-1999' } },
    { headers: { 'Content-Range': 'nonsense' } },
    { headers: { 'Content-Range': '0-1999' }, isChunked: true },
  ]) {
    const response = await registry.send('PATCH', location, { body: bytes, ...request });
    assert.deepEqual([response.status, response.code], [400, 'BLOB_UPLOAD_INVALID']);
  }
  assert.equal((await registry.send('GET', location)).headers.range, '0-0');
});

test('an upload goes on in another process, and after a client that vanished', async (t) => {
  const registry = await startRegistry(t);
  const other = await registry.addNode();
  const { bytes, digest } = randomBlob(4_000_000);
  const location = await startUpload(registry);
  assert.equal((await registry.send('PATCH', location, { body: bytes.subarray(0, 1_000_000) })).status, 202);
  // 500 kB of another 1 MB arrive; then the connection breaks.
  const broken = begin(registry, 'PATCH', location, 1_000_000, bytes.subarray(1_000_000, 1_500_000));
  await eventually(async () => {
    const { rows } = await registry.pool.query('SELECT 1 FROM registry.uploads WHERE writer_id IS NOT NULL');
    return rows.length === 1;
  });
  broken.destroy();
  const resumed = await other.send('PATCH', location, {
    body: bytes.subarray(1_000_000, 2_000_000),
    headers: { 'Content-Range': '1000000-1999999' },
  });
  assert.equal(resumed.status, 202, resumed.message);
  const last = await registry.send('PATCH', location, { body: bytes.subarray(2_000_000) });
  assert.equal(last.headers.range, '0-3999999');
  assert.equal((await other.send('PUT', `${location}?digest=${digest}`)).status, 201);
  await assertPulls(registry, digest, bytes);
  assert.ok(registry.summaries.some(({ status }) => status === 499));
});

test('two writers of one upload never mix their bytes, in one process or in two', async (t) => {
  const registry = await startRegistry(t);
  const other = await registry.addNode();
  const { bytes, digest } = randomBlob(2_000_000);
  const location = await startUpload(registry);
  const patch = (node: TestNode) =>
    node.send('PATCH', location, { body: bytes, headers: { 'Content-Range': `0-${bytes.length - 1}` } });
  const results = await Promise.all([patch(registry), patch(other), patch(registry), patch(other)]);
  assert.deepEqual(statusesOf(results), [202, 416, 416, 416]);
  const finish = (node: TestNode) => node.send('PUT', `${location}?digest=${digest}`);
  const finished = await Promise.all([finish(registry), finish(other), finish(registry)]);
  assert.deepEqual(statusesOf(finished), [201, 404, 404]);
  await assertPulls(registry, digest, bytes);
});

test('a writer that lost its claim changes nothing', async (t) => {
  const registry = await startRegistry(t);
  const { bytes } = randomBlob(1_000);
  const location = await startUpload(registry);
  const req = begin(registry, 'PATCH', location, bytes.length, bytes.subarray(0, 500));
  const answered = new Promise<http.IncomingMessage>((resolve) => req.on('response', resolve));
  await eventually(async () => {
    const { rowCount } = await registry.pool.query(
      'UPDATE registry.uploads SET writer_id = gen_random_uuid() WHERE writer_id IS NOT NULL',
    );
    return rowCount === 1;
  });
  req.end(bytes.subarray(500));
  assert.equal((await answered).statusCode, 404);
  const { rows } = await registry.pool.query('SELECT size_bytes FROM registry.uploads');
  assert.deepEqual(rows, [{ size_bytes: 0 }]);
});

test('a digest that only the whole object shows: it is read once, and discarded if it does not fit', async (t) => {
  const registry = await startRegistry(t);
  const other = await registry.addNode();
  const { bytes, digest } = randomBlob(200_000);
  for (const [sent, status] of [
    [digest, 201],
    [randomBlob().digest, 400],
  ] as const) {
    const location = await startUpload(registry);
    assert.equal((await registry.send('PATCH', location, { body: bytes.subarray(0, 100_000) })).status, 202);
    assert.equal((await other.send('PATCH', location, { body: bytes.subarray(100_000) })).status, 202);
    const response = await registry.send('PUT', `${location}?digest=${sent}`);
    assert.equal(response.status, status, response.message);
    assert.equal((await registry.send('GET', location)).code, 'BLOB_UPLOAD_UNKNOWN');
  }
  await assertPulls(registry, digest, bytes);
  assert.equal((await registry.objects()).length, 1);
  assert.deepEqual(await registry.unfinished(), []);
});

test('a request that lost its upload cannot delete the bytes of the blob that became of it', async (t) => {
  let takeOver: (() => Promise<void>) | undefined;
  const registry = await startRegistry(t, {
    wrapStore: (store) => ({
      ...store,
      open: async (key, range) => {
        const source = await store.open(key, range);
        await takeOver?.();
        return source;
      },
    }),
  });
  const { bytes, digest } = randomBlob(10_000);
  const location = await startUpload(registry);
  assert.equal((await registry.send('PATCH', location, { body: bytes })).status, 202);
  takeOver = async () => {
    takeOver = undefined;
    await registry.pool.query(`UPDATE registry.uploads SET updated_at = now() - interval '91 seconds'`);
    assert.equal((await registry.send('PUT', `${location}?digest=${digest}`)).status, 201);
  };
  // In another algorithm, so that the bytes are read, which takes its time.
  const wrong = `sha512:${createHash('sha512').update('else').digest('hex')}`;
  assert.equal((await registry.send('PUT', `${location}?digest=${wrong}`)).code, 'DIGEST_INVALID');
  assert.equal(takeOver, undefined);
  await assertPulls(registry, digest, bytes);
});

test('what the store will not give up is left to upload_purge', async (t) => {
  const registry = await startRegistry(t, {
    wrapStore: (store) => ({
      ...store,
      abort: () => Promise.reject(new Error('read-only')),
    }),
  });
  const location = await startUpload(registry);
  assert.equal((await registry.send('PATCH', location, { body: 'abc' })).status, 202);
  assert.equal((await registry.send('DELETE', location)).status, 204);
  assert.equal((await registry.send('GET', location)).status, 404);
  const { rows } = await registry.pool.query('SELECT storage_key FROM registry.expired_uploads');
  assert.deepEqual(
    rows.map((row: { storage_key: string }) => row.storage_key),
    await registry.unfinished(),
  );
});

test('the claim of a process that died expires', async (t) => {
  const registry = await startRegistry(t);
  const { bytes, digest } = randomBlob();
  const location = await startUpload(registry);
  await registry.pool.query(
    `UPDATE registry.uploads SET writer_id = gen_random_uuid(), updated_at = now() - interval '91 seconds'`,
  );
  assert.equal((await registry.send('PUT', `${location}?digest=${digest}`, { body: bytes })).status, 201);
});

test('a digest that does not fit stores nothing, on every path', async (t) => {
  const registry = await startRegistry(t);
  const { bytes } = randomBlob(100_000);
  const wrong = randomBlob().digest;
  const viaPost = await registry.send('POST', `/v2/${name}/blobs/uploads/?digest=${wrong}`, { body: bytes });
  const viaPut = await registry.send('PUT', `${await startUpload(registry)}?digest=${wrong}`, { body: bytes });
  const location = await startUpload(registry);
  assert.equal((await registry.send('PATCH', location, { body: bytes })).status, 202);
  const viaPatch = await registry.send('PUT', `${location}?digest=${wrong}`);
  const viaStream = await registry.send('POST', `/v2/${name}/blobs/uploads/?digest=${wrong}`, {
    body: bytes,
    isChunked: true,
  });
  const chunked = await startUpload(registry);
  const firstChunk = { body: bytes.subarray(0, 60_000), headers: { 'Content-Range': '0-59999' } };
  assert.equal((await registry.send('PATCH', chunked, firstChunk)).status, 202);
  const lastChunk = { body: bytes.subarray(60_000), headers: { 'Content-Range': `60000-${bytes.length - 1}` } };
  const viaLastChunk = await registry.send('PUT', `${chunked}?digest=${wrong}`, lastChunk);
  for (const response of [viaPost, viaPut, viaPatch, viaStream, viaLastChunk]) {
    assert.deepEqual([response.status, response.code], [400, 'DIGEST_INVALID']);
    assert.match(response.message, new RegExp(wrong));
  }
  await assertNothingStored(registry, wrong);
});

test('a malformed digest is refused before anything is read, and the upload stays', async (t) => {
  const registry = await startRegistry(t);
  const location = await startUpload(registry);
  for (const query of ['', '?digest=', '?digest=sha256:baddigeststring', '?digest=md5:00']) {
    const response = await registry.send('PUT', `${location}${query}`, { body: 'abc' });
    assert.deepEqual([response.status, response.code], [400, 'DIGEST_INVALID'], query);
  }
  assert.equal(
    (await registry.send('POST', `/v2/${name}/blobs/uploads/?digest=nonsense`, { body: 'abc' })).status,
    400,
  );
  assert.equal((await registry.send('GET', location)).status, 204);
});

test('a truncated upload stores nothing', async (t) => {
  const registry = await startRegistry(t);
  const { bytes, digest } = randomBlob(100_000);
  const post = begin(registry, 'POST', `/v2/${name}/blobs/uploads/?digest=${digest}`, 200_000, bytes);
  await eventually(async () => (await registry.unfinished()).length === 1);
  post.destroy();
  await eventually(async () => (await registry.unfinished()).length === 0);
  await eventually(async () => {
    const { rows } = await registry.pool.query('SELECT 1 FROM registry.uploads');
    return rows.length === 0;
  });
  await assertNothingStored(registry, digest);
});

test('an upload that is cancelled is gone', async (t) => {
  const registry = await startRegistry(t);
  const location = await startUpload(registry);
  assert.equal((await registry.send('PATCH', location, { body: 'abc' })).status, 202);
  assert.equal((await registry.send('DELETE', location)).status, 204);
  for (const method of ['GET', 'PATCH', 'DELETE']) {
    assert.equal((await registry.send(method, location)).code, 'BLOB_UPLOAD_UNKNOWN');
  }
  await assertNothingStored(registry, randomBlob().digest);
});

test('an upload belongs to its repository', async (t) => {
  const registry = await startRegistry(t);
  const location = await startUpload(registry);
  await pushBlob(registry, 'admin/other', 'abc');
  for (const path of [location.replace(name, 'admin/other'), `/v2/${name}/blobs/uploads/not-an-id`]) {
    assert.equal((await registry.send('GET', path)).code, 'BLOB_UPLOAD_UNKNOWN');
    assert.equal((await registry.send('PATCH', path, { body: 'abc' })).code, 'BLOB_UPLOAD_UNKNOWN');
  }
});

test('a push into a namespace that is not there is refused', async (t) => {
  const registry = await startRegistry(t);
  const response = await registry.send('POST', '/v2/nobody/app/blobs/uploads/');
  assert.deepEqual([response.status, response.code], [404, 'NAME_UNKNOWN']);
  assert.match(response.message, /no account "nobody"/);
});

test('mount: with access to the source, without it, and of what is not there', async (t) => {
  const registry = await startRegistry(t);
  const { bytes } = randomBlob();
  const digest = await pushBlob(registry, 'acme/base', bytes);
  // Whoever may push need not be one who may make repositories.
  await registry.pool.query(`INSERT INTO registry.repositories (namespace, name) VALUES ('admin', 'app')`);
  const mount = (query: string, sources: readonly string[]) =>
    registry.send('POST', `/v2/${name}/blobs/uploads/?${query}`, {
      access: fullAccess(name, ...sources),
      subject: 'ada',
    });

  const refused = await mount(`mount=${digest}&from=acme/base`, []);
  assert.equal(refused.status, 202);
  assert.match(String(refused.headers.location), /\/blobs\/uploads\/[0-9a-f-]{36}$/);
  assert.equal((await registry.send('HEAD', `/v2/${name}/blobs/${digest}`)).status, 404);
  assert.equal((await mount(`mount=${randomBlob().digest}&from=acme/base`, ['acme/base'])).status, 202);
  assert.equal((await mount(`mount=nonsense&from=acme/base`, ['acme/base'])).status, 202);
  assert.equal((await mount(`mount=${digest}&from=acme/none`, ['acme/none'])).status, 202);

  const mounted = await mount(`mount=${digest}&from=acme/base`, ['acme/base']);
  assert.equal(mounted.status, 201);
  assert.equal(mounted.headers.location, `/v2/${name}/blobs/${digest}`);
  assert.equal((await mount(`mount=${digest}`, [])).status, 201);
  await assertPulls(registry, digest, bytes);
  assert.equal((await registry.objects()).length, 1);
});

test('the same content pushed many times at once is stored once', async (t) => {
  const registry = await startRegistry(t);
  const { bytes, digest } = randomBlob(500_000);
  const names = ['admin/app', 'admin/app', 'admin/app', 'admin/b', 'admin/c', 'acme/d', 'acme/d', 'acme/e'];
  await Promise.all(names.map((repository) => pushBlob(registry, repository, bytes)));
  await pushBlob(registry, name, bytes);
  for (const repository of new Set(names)) {
    assert.deepEqual((await registry.send('GET', `/v2/${repository}/blobs/${digest}`)).body, bytes);
  }
  await eventually(async () => (await registry.objects()).length === 1);
  await eventually(async () => {
    const { rows } = await registry.pool.query('SELECT 1 FROM registry.deleted_objects');
    return rows.length === 0;
  });
});

test('a duplicate object that cannot be deleted is left to garbage collection', async (t) => {
  const registry = await startRegistry(t, {
    wrapStore: (store) => ({
      ...store,
      delete: (keys) => Promise.resolve(keys.map((key) => ({ key, reason: 'read-only' }))),
    }),
  });
  const digest = await pushBlob(registry, name, 'abc');
  await pushBlob(registry, name, 'abc');
  const { rows } = await registry.pool.query('SELECT size_bytes FROM registry.deleted_objects');
  assert.deepEqual(rows, [{ size_bytes: 3 }]);
  await assertPulls(registry, digest, Buffer.from('abc'));
});

test('a mount finds what the pusher may read, whatever the token says, and nothing else', async (t) => {
  const registry = await startRegistry(t);
  const mount = (digest: string, subject: string, from?: string) =>
    registry.send('POST', `/v2/ada/app/blobs/uploads/?mount=${digest}${from ? `&from=${from}` : ''}`, { subject });
  const hidden = await pushBlob(registry, 'acme/hidden', randomBlob().bytes);
  const open = await pushBlob(registry, 'acme/open', randomBlob().bytes);
  await registry.pool.query(`UPDATE registry.repositories SET visibility = 'public' WHERE name = 'open'`);
  assert.equal((await mount(hidden, 'ada')).status, 202);
  assert.equal((await registry.send('HEAD', `/v2/ada/app/blobs/${hidden}`)).status, 404);
  assert.equal((await mount(hidden, 'ada', 'acme/hidden')).status, 202);
  assert.equal((await mount(open, 'ada', 'acme/open')).status, 201);
  assert.equal((await registry.send('DELETE', `/v2/ada/app/blobs/${open}`)).status, 202);
  assert.equal((await mount(open, 'ada')).status, 201);
  assert.equal((await mount(hidden, 'admin')).status, 201);
  assert.equal((await registry.send('HEAD', `/v2/ada/app/blobs/${hidden}`)).status, 200);
  assert.equal((await mount(`sha256:${'0'.repeat(64)}`, 'admin')).status, 202);
});
