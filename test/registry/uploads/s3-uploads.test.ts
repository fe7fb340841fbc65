import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import http from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { test, type TestContext } from 'node:test';
import { createS3BlobStore, type S3BlobStore } from '../../../registry/store/s3-blob-store.ts';
import { missing } from '../../setup/tools.ts';
import { createCleanUp } from '../../support/clean-up.ts';
import { startTestS3, type TestS3 } from '../../support/s3.ts';
import { pushBlob, randomBlob, startRegistry, type TestNode, type TestRegistry } from '../test-registry.ts';

const skip = missing('versitygw');
const timeout = 180_000;
const name = 'admin/app';

interface S3Registry extends TestRegistry {
  readonly s3: TestS3;
  readonly store: S3BlobStore;
}

/** A registry over a bucket; `endpoint` stands in front of the S3 server where it is given. */
async function startS3Registry(
  t: TestContext,
  options: { redirect?: boolean; front?: (s3: TestS3) => Promise<string> } = {},
): Promise<S3Registry> {
  const cleanUp = createCleanUp(t);
  const s3 = await startTestS3(cleanUp);
  const endpoint = (await options.front?.(s3)) ?? s3.options.endpoint;
  const store = await createS3BlobStore({
    ...s3.options,
    endpoint,
    redirect: options.redirect ?? false,
    maxObjectBytes: 50 * 1024 ** 3,
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  cleanUp.after(() => store.close());
  return { ...(await startRegistry(t, { wrapStore: () => store })), s3, store };
}

async function startUpload(node: TestNode, query = ''): Promise<string> {
  const response = await node.send('POST', `/v2/${name}/blobs/uploads/${query}`);
  assert.equal(response.status, 202, response.message);
  assert.equal(response.headers['oci-chunk-min-length'], String(8 * 1024 * 1024));
  return String(response.headers.location);
}

async function assertPulls(node: TestNode, digest: string, bytes: Uint8Array): Promise<void> {
  const response = await node.send('GET', `/v2/${name}/blobs/${digest}`);
  assert.equal(response.status, 200, response.message);
  assert.ok(response.body.equals(bytes), digest);
}

async function leftoversOf(store: S3BlobStore): Promise<string[]> {
  const options = { olderThan: new Date(Date.now() + 3_600_000), limit: 1_000 };
  const first = await store.listLeftovers({ ...options, cursor: undefined });
  const second = await store.listLeftovers({ ...options, cursor: first.nextCursor });
  return [...first.leftovers, ...second.leftovers].map(({ handle }) => handle);
}

test('S3: every way to push, small and large, in one process and in two', { skip, timeout }, async (t) => {
  const registry = await startS3Registry(t);
  const other = await registry.addNode();
  type Push = (bytes: Buffer, digest: string) => Promise<number>;
  const ways: readonly Push[] = [
    async (bytes, digest) =>
      (await registry.send('POST', `/v2/${name}/blobs/uploads/?digest=${digest}`, { body: bytes })).status,
    async (bytes, digest) =>
      (await registry.send('PUT', `${await startUpload(registry)}?digest=${digest}`, { body: bytes })).status,
    async (bytes, digest) => {
      const location = await startUpload(registry, `?digest-algorithm=${digest.split(':')[0]}`);
      await registry.send('PATCH', location, { body: bytes, isChunked: true });
      return (await other.send('PUT', `${location}?digest=${digest}`)).status;
    },
    async (bytes, digest) => {
      const location = await startUpload(registry);
      await registry.send('PATCH', location, { body: bytes.subarray(0, bytes.length / 2) });
      await other.send('PATCH', location, { body: bytes.subarray(bytes.length / 2) });
      return (await registry.send('PUT', `${location}?digest=${digest}`)).status;
    },
    async (bytes, digest) => {
      const location = await startUpload(registry);
      await registry.send('PATCH', location, { body: bytes.subarray(0, bytes.length / 2) });
      const rest = { body: bytes.subarray(bytes.length / 2) };
      return (await other.send('PUT', `${location}?digest=${digest}`, rest)).status;
    },
  ];
  for (const sizeBytes of [0, 1_000, 20_000_000]) {
    for (const algorithm of ['sha256', 'sha512']) {
      for (const [index, push] of ways.entries()) {
        const { bytes } = randomBlob(sizeBytes);
        const digest = `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
        assert.equal(await push(bytes, digest), 201, `way ${index} with ${sizeBytes} bytes, ${algorithm}`);
        await assertPulls(registry, digest, bytes);
      }
    }
  }
  assert.deepEqual(registry.errors, []);
  assert.deepEqual(await leftoversOf(registry.store), []);
  const { rows } = await registry.pool.query('SELECT FROM registry.uploads');
  assert.equal(rows.length, 0);
});

test('S3: wrong digests and cancelled uploads leave nothing in the bucket', { skip, timeout }, async (t) => {
  const registry = await startS3Registry(t);
  const other = await registry.addNode();
  const { bytes } = randomBlob(9_000_000);
  const wrong = randomBlob().digest;
  const cancelled = await startUpload(registry);
  await registry.send('PATCH', cancelled, { body: bytes });
  assert.equal((await other.send('DELETE', cancelled)).status, 204);
  const patched = await startUpload(registry);
  await registry.send('PATCH', patched, { body: bytes });
  const mixed = await startUpload(registry);
  await registry.send('PATCH', mixed, { body: bytes });
  await other.send('PATCH', mixed, { body: 'more' });
  for (const response of [
    await registry.send('POST', `/v2/${name}/blobs/uploads/?digest=${wrong}`, { body: bytes }),
    await registry.send('PUT', `${await startUpload(registry)}?digest=${wrong}`, { body: 'small' }),
    await registry.send('PUT', `${patched}?digest=${wrong}`),
    await registry.send('PUT', `${mixed}?digest=${wrong}`),
  ]) {
    assert.deepEqual([response.status, response.code], [400, 'DIGEST_INVALID'], response.message);
  }
  assert.deepEqual(await leftoversOf(registry.store), []);
  const { rows } = await registry.pool.query('SELECT FROM registry.uploads');
  assert.equal(rows.length, 0);
});

test('S3: ranges, and redirects that clients follow', { skip, timeout }, async (t) => {
  const registry = await startS3Registry(t, { redirect: true });
  const { bytes, digest } = randomBlob(9_000_000);
  await pushBlob(registry, name, bytes);
  const path = `/v2/${name}/blobs/${digest}`;
  assert.equal((await registry.send('HEAD', path)).status, 200);
  const redirected = await registry.send('GET', path, { headers: { Range: 'bytes=5-8' } });
  assert.equal(redirected.status, 307);
  assert.equal(redirected.headers['docker-content-digest'], digest);
  const location = String(redirected.headers.location);
  const whole = await fetch(location);
  assert.ok(Buffer.from(await whole.arrayBuffer()).equals(bytes));
  const part = await fetch(location, { headers: { Range: 'bytes=5-8' } });
  assert.equal(part.status, 206);
  assert.deepEqual(Buffer.from(await part.arrayBuffer()), bytes.subarray(5, 9));
  assert.equal((await registry.send('GET', path, { headers: { 'If-None-Match': `"${digest}"` } })).status, 304);
  assert.equal((await registry.send('GET', path, { headers: { Range: 'bytes=9000000-' } })).status, 416);
});

/** Stands in front of an S3 server, and answers for it, or breaks connections, while `mode` says so. */
async function startTroublemaker(t: TestContext, s3: TestS3) {
  const trouble = { mode: 'none' as 'none' | '500' | '503' | 'reset', count: 0 };
  const proxy = http.createServer((req, res) => {
    if (trouble.mode === 'none') {
      const onward = http.request(
        { port: s3.port, host: '127.0.0.1', method: req.method, path: req.url, headers: req.headers, agent: false },
        (answer) => {
          res.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(res);
        },
      );
      onward.on('error', () => res.destroy());
      req.pipe(onward);
      return;
    }
    trouble.count++;
    if (trouble.mode === 'reset') {
      req.socket.resetAndDestroy();
      return;
    }
    const code = trouble.mode === '503' ? 'SlowDown' : 'InternalError';
    req.resume();
    req.on('end', () => {
      res.writeHead(Number(trouble.mode), { 'Content-Type': 'application/xml' });
      res.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>trouble</Message></Error>`);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return { trouble, url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
}

test('S3 that answers 500 or 503, or breaks connections, for a while', { skip, timeout }, async (t) => {
  let front: Awaited<ReturnType<typeof startTroublemaker>> | undefined;
  const registry = await startS3Registry(t, {
    front: async (s3) => {
      front = await startTroublemaker(t, s3);
      return front.url;
    },
  });
  assert.ok(front);
  for (const mode of ['500', '503', 'reset'] as const) {
    const { bytes, digest } = randomBlob(9_000_000);
    const before = front.trouble.count;
    front.trouble.mode = mode;
    const pushing = pushBlob(registry, name, bytes);
    await delay(1_500);
    front.trouble.mode = 'none';
    assert.equal(await pushing, digest, mode);
    assert.ok(front.trouble.count > before, 'there was trouble');
    await assertPulls(registry, digest, bytes);
  }
});

test('S3 killed during an upload: what was acknowledged is there, the upload goes on', { skip, timeout }, async (t) => {
  const registry = await startS3Registry(t);
  const { bytes, digest } = randomBlob(20_000_000);
  const acknowledged = await pushBlob(registry, name, 'acknowledged');
  const location = await startUpload(registry);
  assert.equal((await registry.send('PATCH', location, { body: bytes.subarray(0, 9_000_000) })).status, 202);
  await registry.s3.kill();
  const chunk = { body: bytes.subarray(9_000_000), headers: { 'Content-Range': `9000000-${bytes.length - 1}` } };
  const failed = await registry.send('PATCH', location, chunk);
  assert.deepEqual([failed.status, failed.code], [503, 'UNAVAILABLE'], 'after all attempts');
  await registry.s3.restart();
  assert.equal((await registry.send('GET', location)).headers.range, '0-8999999');
  assert.equal((await registry.send('PATCH', location, chunk)).status, 202);
  assert.equal((await registry.send('PUT', `${location}?digest=${digest}`)).status, 201);
  await assertPulls(registry, digest, bytes);
  await assertPulls(registry, acknowledged, Buffer.from('acknowledged'));
});

test('S3: a client that breaks off a push leaves nothing in the bucket', { skip, timeout }, async (t) => {
  const registry = await startS3Registry(t);
  const { bytes, digest } = randomBlob(9_000_000);
  const token = Buffer.from(
    JSON.stringify({ subject: 'admin', access: [{ type: 'repository', name, actions: ['pull', 'push'] }] }),
  ).toString('base64url');
  const socket = connect(registry.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(
    `POST /v2/${name}/blobs/uploads/?digest=${digest} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n` +
      `Content-Length: 20000000\r\n\r\n`,
  );
  socket.write(bytes);
  while ((await leftoversOf(registry.store)).length === 0) await delay(50);
  socket.destroy();
  while ((await leftoversOf(registry.store)).length > 0) await delay(50);
});
