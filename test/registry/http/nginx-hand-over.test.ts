import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pushBlob, randomBlob, startRegistry } from '../test-registry.ts';

const secret = 'a-secret-of-nginx-'.repeat(3);

test('only a request with the secret of NGINX is answered with a path in place of the bytes', async (t) => {
  const registry = await startRegistry(t, { nginxSecret: secret });
  const { bytes, digest } = randomBlob();
  await pushBlob(registry, 'acme/app', bytes);
  const [key = ''] = await registry.objects();
  const path = `/v2/acme/app/blobs/${digest}`;
  const get = (headers: Record<string, string>) => registry.send('GET', path, { headers });
  const proof = { 'X-Jobrunner-Nginx': secret };

  for (const [headers, location] of [
    [{}, '/_nginx/whole/'],
    [{ Range: 'bytes=5-9' }, '/_nginx/range/'],
    // What is not understood is no range.
    [{ Range: 'bytes=abc' }, '/_nginx/whole/'],
    [{ Range: 'bytes=0-1', 'If-Range': '"another"' }, '/_nginx/whole/'],
  ] as const) {
    const response = await get({ ...proof, ...headers });
    assert.equal(response.status, 200);
    assert.equal(response.headers['x-accel-redirect'], `${location}blobs/${key.slice(0, 2)}/${key}`);
    assert.equal(response.headers['docker-content-digest'], digest);
    assert.equal(response.headers.etag, `"${digest}"`);
    assert.equal(response.body.length, 0);
  }
  assert.equal(registry.summaries.at(-1)?.sizeBytes, bytes.length);

  for (const headers of [
    {},
    { 'X-Jobrunner-Nginx': '' },
    { 'X-Jobrunner-Nginx': secret.slice(1) },
    { 'X-Jobrunner-Nginx': `${secret.slice(1)}b` },
    // Conditions of which NGINX would have an opinion of its own, and a body that it could not send again.
    { ...proof, 'If-Match': `"${digest}"` },
    { ...proof, 'If-Unmodified-Since': 'Wed, 01 Jan 2020 00:00:00 GMT' },
  ]) {
    const response = await get(headers);
    assert.equal(response.headers['x-accel-redirect'], undefined);
    assert.deepEqual(response.body, bytes);
  }
  const withBody = await registry.send('GET', path, { headers: proof, body: 'body' });
  assert.deepEqual(withBody.body, bytes);

  assert.equal((await get({ ...proof, 'If-None-Match': `"${digest}"` })).status, 304);
  assert.equal((await get({ ...proof, Range: 'bytes=1000-' })).code, 'RANGE_INVALID');
  const unread = await registry.send('GET', path, { headers: proof, access: null });
  assert.equal(unread.status, 401);
  assert.equal(unread.headers['x-accel-redirect'], undefined);
});

test('without a secret in the configuration no header hands a blob over', async (t) => {
  const registry = await startRegistry(t);
  const { bytes, digest } = randomBlob();
  await pushBlob(registry, 'acme/app', bytes);
  for (const value of ['', 'undefined', secret]) {
    const headers = { 'X-Jobrunner-Nginx': value };
    assert.deepEqual((await registry.send('GET', `/v2/acme/app/blobs/${digest}`, { headers })).body, bytes);
  }
});
