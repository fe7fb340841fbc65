import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import {
  imageType,
  pushImage,
  pushLayers,
  putManifest,
  sha256,
  startRegistry,
  type TestRegistry,
} from '../test-registry.ts';

const name = 'admin/app';

async function tagsOf(registry: TestRegistry): Promise<string[]> {
  const response = await registry.send('GET', `/v2/${name}/tags/list`);
  return (JSON.parse(response.body.toString()) as { tags: string[] }).tags;
}

async function putByDigest(registry: TestRegistry, manifest: string, digest: string, query: string) {
  return registry.send('PUT', `/v2/${name}/manifests/${digest}${query}`, {
    body: manifest,
    headers: { 'Content-Type': imageType },
  });
}

test('a manifest is put by digest under several tags at once', async (t) => {
  const registry = await startRegistry(t);
  const { manifest, digest } = await pushLayers(registry, name);
  const sha512 = `sha512:${createHash('sha512').update(manifest).digest('hex')}`;
  for (const reference of [digest, sha512]) {
    const tags = Array.from({ length: 12 }, (_, i) => `${reference.slice(0, 6)}-${i}`);
    const put = await putByDigest(registry, manifest, reference, `?tag=${tags.join('&tag=')}&tag=${tags[0]}`);
    assert.equal(put.status, 201, put.message);
    assert.deepEqual(put.headers['oci-tag']?.toString().split(', '), tags);
    for (const tag of tags) {
      const pulled = await registry.send('GET', `/v2/${name}/manifests/${tag}`);
      assert.deepEqual([pulled.body.toString(), pulled.headers['docker-content-digest']], [manifest, reference]);
    }
  }
  const { rows } = await registry.pool.query(`SELECT FROM registry.events WHERE kind = 'TAG_PUSH'`);
  assert.equal(rows.length, 24);
});

test('tags as parameters are refused where they make no sense, and then none is put', async (t) => {
  const registry = await startRegistry(t);
  const { manifest, digest } = await pushLayers(registry, name);
  const many = Array.from({ length: 51 }, (_, i) => `tag=t${i}`).join('&');
  const cases = [
    [digest, '?tag=good&tag=-bad', 400],
    [digest, '?tag=', 400],
    [digest, `?${many}`, 414],
    ['by-tag', '?tag=other', 400],
  ] as const;
  for (const [reference, query, status] of cases) {
    const put = await putByDigest(registry, manifest, reference, query);
    assert.deepEqual([put.status, put.code], [status, 'TAG_INVALID'], query);
  }
  const plain = await putByDigest(registry, manifest, digest, '');
  assert.deepEqual([plain.status, plain.headers['oci-tag']], [201, undefined]);
  assert.deepEqual(await tagsOf(registry), []);

  await pushImage(registry, name, 'taken');
  await registry.pool.query('UPDATE registry.repositories SET immutable_tags = true');
  const refused = await putByDigest(registry, manifest, digest, '?tag=free&tag=taken');
  assert.deepEqual([refused.status, refused.code], [403, 'DENIED']);
  assert.match(refused.message, /the tag taken/);
  assert.deepEqual(await tagsOf(registry), ['taken']);
});

test('a repository keeps no more tags than its limit, the last pushed ones', async (t) => {
  const registry = await startRegistry(t);
  const { manifest, digest } = await pushImage(registry, name, 'a');
  for (const tag of ['b', 'c']) await putManifest(registry, name, tag, manifest);
  await registry.pool.query('UPDATE registry.repositories SET tag_limit = 3');
  await putManifest(registry, name, 'a', manifest);
  assert.deepEqual(await tagsOf(registry), ['a', 'b', 'c']);
  await putManifest(registry, name, 'd', manifest);
  assert.deepEqual(await tagsOf(registry), ['a', 'c', 'd']);
  await putByDigest(registry, manifest, digest, '?tag=e&tag=f&tag=g&tag=h');
  assert.deepEqual(await tagsOf(registry), ['e', 'f', 'g', 'h']);
  const { rows } = await registry.pool.query<{ tag: string; digest: string }>(
    `SELECT contents ->> 'tag' AS tag, contents ->> 'digest' AS digest FROM registry.events
     WHERE kind = 'TAG_DELETE' ORDER BY 1`,
  );
  assert.deepEqual(
    rows,
    ['a', 'b', 'c', 'd'].map((tag) => ({ tag, digest: sha256(manifest) })),
  );
  await registry.pool.query('UPDATE registry.repositories SET immutable_tags = true');
  await putManifest(registry, name, 'i', manifest);
  assert.equal((await tagsOf(registry)).length, 5);
});
