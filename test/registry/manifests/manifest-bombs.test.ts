import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { maxManifestBytes } from '../../../registry/http/manifest-routes.ts';
import {
  imageType,
  indexType,
  pushBlob,
  putManifest,
  sha256,
  startRegistry,
  type TestRegistry,
} from '../test-registry.ts';

const name = 'admin/app';
// Far more than any of these takes, and far less than a client could make the registry work for if the cost were not
// bounded by the size.
const maxMs = 20_000;

async function put(
  t: TestContext,
  registry: TestRegistry,
  what: string,
  body: string,
  type = imageType,
): Promise<string> {
  assert.ok(body.length <= maxManifestBytes, `${what} is ${body.length} bytes long`);
  const startedMs = performance.now();
  const response = await putManifest(registry, name, 'bomb', body, type);
  const tookMs = performance.now() - startedMs;
  t.diagnostic(`${what}, ${Math.round(body.length / 1024)} KiB: ${response.status} after ${Math.round(tookMs)} ms`);
  assert.ok(tookMs < maxMs);
  return `${response.status} ${response.code}`;
}

function digestNumber(index: number): string {
  return `sha256:${createHash('sha256').update(String(index)).digest('hex')}`;
}

test('manifests of 4 MiB that are made to cost much get an answer, and leave nothing', async (t) => {
  const registry = await startRegistry(t);
  const emptyConfig = await pushBlob(registry, name, '{}');
  const config = `{"mediaType":"a/b","digest":"${emptyConfig}","size":2}`;
  const image = (rest: string): string =>
    `{"schemaVersion":2,"mediaType":"${imageType}","config":${config},"layers":[]${rest}}`;
  const room = maxManifestBytes - 1_000;

  const invalid: Readonly<Record<string, string>> = {
    'nothing but [': '['.repeat(maxManifestBytes),
    'nothing but {"a":': '{"a":'.repeat(maxManifestBytes / 5),
    'a number of 4 million digits': image(`,"size":${'9'.repeat(room)}`).replace('"size":2', '"size":1e400'),
    'one string of escapes': image(`,"artifactType":"${'\\u0000'.repeat(room / 6)}"`),
    'NUL in the type of the config': image('').replace('a/b', 'a\\u0000b'),
    'a size that is no number': image('').replace('"size":2', '"size":"2"'),
    'a size beyond counting': image('').replace('"size":2', '"size":9007199254740993'),
    'one key many times': image(',"x":1'.repeat(room / 6)),
  };
  for (const [what, body] of Object.entries(invalid)) {
    assert.equal(await put(t, registry, what, body), '400 MANIFEST_INVALID', what);
  }
  const layer = (index: number): string => `{"mediaType":"a","digest":"${digestNumber(index)}","size":1}`;
  const many = Array.from({ length: Math.floor(room / (layer(0).length + 1)) }, (_, index) => layer(index)).join();
  assert.equal(
    await put(t, registry, 'as many layers as fit', image('').replace('[]', `[${many}]`)),
    '404 MANIFEST_BLOB_UNKNOWN',
  );
  const index = `{"schemaVersion":2,"mediaType":"${indexType}","manifests":[${many}]}`;
  assert.equal(await put(t, registry, 'an index of as many manifests', index, indexType), '404 MANIFEST_BLOB_UNKNOWN');
  const { rows } = await registry.pool.query('SELECT FROM registry.manifests');
  assert.equal(rows.length, 0);

  const stored: Readonly<Record<string, string>> = {
    'many keys': image(`,"x":{${Array.from({ length: 300_000 }, (_, key) => `"${key}":1`).join()}}`),
    'many keys at the top': image(Array.from({ length: 300_000 }, (_, key) => `,"${key}":1`).join('')),
    'deep objects': image(`,"x":${'{"a":'.repeat(room / 6)}1${'}'.repeat(room / 6)}`),
    'deep nesting': image(`,"x":${'[['.repeat(room / 4)}${']]'.repeat(room / 4)}`),
    'keys of the prototype': image(',"__proto__":{"layers":1},"constructor":{"prototype":{}},"toString":1'),
    'one layer many times': image('').replace('[]', `[${Array.from({ length: 36_000 }, () => config).join()}]`),
  };
  for (const [what, body] of Object.entries(stored)) {
    assert.equal(await put(t, registry, what, body), '201 ', what);
    const response = await registry.send('GET', `/v2/${name}/manifests/bomb`);
    assert.equal(sha256(response.body), sha256(body), 'kept byte for byte');
  }
  assert.equal((await registry.send('GET', `/v2/${name}/manifests/${sha256(index)}`)).status, 404);
  assert.deepEqual(registry.errors, []);
});

test('an image of 35,000 layers that are all there is stored, and deleted, at a bounded cost', async (t) => {
  const registry = await startRegistry(t);
  const config = await pushBlob(registry, name, '{}');
  const count = 35_000;
  await registry.pool.query(
    `WITH made AS (
       INSERT INTO registry.blobs (digest, size_bytes, storage_key)
       SELECT 'sha256:' || encode(sha256(convert_to(i::text, 'UTF8')), 'hex'), 1, gen_random_uuid()::text
       FROM generate_series(0, $1 - 1) i RETURNING id)
     INSERT INTO registry.repository_blobs (repository_id, blob_id)
     SELECT r.id, made.id FROM made, registry.repositories r`,
    [count],
  );
  const layers = Array.from(
    { length: count },
    (_, index) => `{"mediaType":"a","digest":"${digestNumber(index)}","size":1}`,
  );
  const body = `{"schemaVersion":2,"config":{"mediaType":"a/b","digest":"${config}","size":2},"layers":[${layers.join()}]}`;
  assert.equal(await put(t, registry, `${count} layers`, body), '201 ');
  const startedMs = performance.now();
  assert.equal((await registry.send('DELETE', `/v2/${name}/manifests/${sha256(body)}`)).status, 202);
  t.diagnostic(`deleted after ${Math.round(performance.now() - startedMs)} ms`);
  assert.ok(performance.now() - startedMs < maxMs);
});
