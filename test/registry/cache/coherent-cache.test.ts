import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { createListener, type Listener } from '../../../database/listener.ts';
import { cacheApplicationName } from '../../../registry/cache/invalidations.ts';
import { type CoherentCache, createCoherentCache } from '../../../registry/cache/coherent-cache.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import {
  eventually,
  pushBlob,
  pushImage,
  pushLayers,
  putManifest,
  randomBlob,
  sha256,
  startRegistry,
  type TestNode,
} from '../test-registry.ts';

const name = 'admin/app';

test('what one process has changed, no other answers from memory', async (t) => {
  const first = await startRegistry(t);
  const nodes: TestNode[] = [first, await first.addNode(), await first.addNode()];
  const { manifest } = await pushLayers(first, name);
  const versions = Array.from({ length: 40 }, (_, i) => `${manifest.slice(0, -1)},"version":${i}}`);
  for (const [round, version] of versions.entries()) {
    const writer = nodes[round % nodes.length];
    assert.ok(writer);
    assert.equal((await putManifest(writer, name, 'moving', version)).status, 201);
    await Promise.all(
      nodes.map(async (reader) => {
        const pulled = await reader.send('GET', `/v2/${name}/manifests/moving`);
        assert.equal(pulled.body.toString(), version, `round ${round}`);
        assert.equal((await reader.send('HEAD', `/v2/${name}/manifests/${sha256(version)}`)).status, 200);
      }),
    );
    assert.equal((await writer.send('DELETE', `/v2/${name}/manifests/${sha256(version)}`)).status, 202);
    await Promise.all(
      nodes.map(async (reader) => {
        for (const reference of ['moving', sha256(version)]) {
          assert.equal((await reader.send('HEAD', `/v2/${name}/manifests/${reference}`)).status, 404, `round ${round}`);
        }
      }),
    );
  }
});

test('a blob that was deleted is gone in every process, and in that repository alone', async (t) => {
  const first = await startRegistry(t);
  const second = await first.addNode();
  for (let round = 0; round < 10; round++) {
    const digest = await pushBlob(first, name, randomBlob().bytes);
    await first.send('POST', `/v2/admin/other/blobs/uploads/?mount=${digest}&from=${name}`);
    for (const node of [first, second]) {
      for (const repository of [name, 'admin/other']) {
        assert.equal((await node.send('HEAD', `/v2/${repository}/blobs/${digest}`)).status, 200);
      }
    }
    assert.equal((await second.send('DELETE', `/v2/${name}/blobs/${digest}`)).status, 202);
    for (const node of [first, second]) {
      assert.equal((await node.send('HEAD', `/v2/${name}/blobs/${digest}`)).status, 404);
      assert.equal((await node.send('HEAD', `/v2/admin/other/blobs/${digest}`)).status, 200);
    }
  }
});

test('repeated reads are answered from memory', async (t) => {
  const registry = await startRegistry(t);
  const image = await pushImage(registry, name, '1');
  const paths = [
    `/v2/${name}/manifests/1`,
    `/v2/${name}/manifests/${image.digest}`,
    `/v2/${name}/blobs/${image.layers[0]}`,
  ];
  // The listener may still have been connecting.
  await eventually(async () => {
    for (const path of paths) assert.equal((await registry.send('GET', path)).status, 200);
    await registry.pool.query('ALTER TABLE registry.repositories RENAME TO hidden');
    const answers = await Promise.all(paths.map((path) => registry.send('GET', path)));
    await registry.pool.query('ALTER TABLE registry.hidden RENAME TO repositories');
    return answers.every(({ status }) => status === 200);
  });
});

interface Member {
  readonly cache: CoherentCache;
  readonly listener: Listener;
  readonly warnings: string[];
}

async function joinMember(t: TestContext, pool: pg.Pool, url: string): Promise<Member> {
  const listener = createListener({
    connectionString: url,
    applicationName: cacheApplicationName,
    onError: () => undefined,
  });
  const warnings: string[] = [];
  const ignore = (): void => undefined;
  const log = {
    debug: ignore,
    info: ignore,
    error: ignore,
    warn: (_fields: object, message: string) => void warnings.push(message),
  };
  const cache = createCoherentCache({ pool, listener, log });
  t.after(async () => {
    cache.close();
    await listener.close();
  });
  await eventually(async () => Promise.resolve(listener.processId() !== undefined));
  return { cache, listener, warnings };
}

const sizeOf = (): number => 1;
const load = (value: string) => () => Promise.resolve({ value });

test('a load that began before a change is answered to who asked, and not kept', async (t) => {
  const { pool, url } = await createTestDatabase(t);
  const { cache } = await joinMember(t, pool, url);
  const key = 'tag admin/app:1';
  let finish: ((value: { value: string }) => void) | undefined;
  const slow = cache.get(key, () => new Promise<{ value: string }>((resolve) => (finish = resolve)), sizeOf);
  const joined = cache.get(key, load('never asked'), sizeOf);
  await cache.publish([key]);
  assert.deepEqual(await cache.get(key, load('new'), sizeOf), { value: 'new' });
  finish?.({ value: 'old' });
  assert.deepEqual(await Promise.all([slow, joined]), [{ value: 'old' }, { value: 'old' }]);
  assert.deepEqual(await cache.get(key, load('newer'), sizeOf), { value: 'new' });
});

test('a load that fails is not remembered, and what is not there is asked for again', async (t) => {
  const { pool, url } = await createTestDatabase(t);
  const { cache } = await joinMember(t, pool, url);
  const failure = new Error('the database is away');
  await assert.rejects(
    cache.get('tag a/b:1', () => Promise.reject(failure), sizeOf),
    failure,
  );
  assert.equal(await cache.get('tag a/b:1', () => Promise.resolve(undefined), sizeOf), undefined);
  assert.deepEqual(await cache.get('tag a/b:1', load('there'), sizeOf), { value: 'there' });
});

test('a process that cannot hear of changes answers from the database', async (t) => {
  const { pool, url } = await createTestDatabase(t);
  const { cache, listener } = await joinMember(t, pool, url);
  const key = 'manifest a/b@sha256:1';
  await cache.get(key, load('1'), sizeOf);
  assert.deepEqual(await cache.get(key, load('2'), sizeOf), { value: '1' });
  const before = listener.processId();
  await pool.query('SELECT pg_terminate_backend($1)', [before]);
  await eventually(async () => Promise.resolve(listener.processId() !== before));
  assert.deepEqual(await cache.get(key, load('3'), sizeOf), { value: '3' });
  await eventually(async () => Promise.resolve(listener.processId() !== undefined));
  assert.deepEqual(await cache.get(key, load('4'), sizeOf), { value: '4' });
  assert.deepEqual(await cache.get(key, load('5'), sizeOf), { value: '4' });
});

test('kinds are dropped alone, and a list that is too long for NOTIFY drops everything', async (t) => {
  const { pool, url } = await createTestDatabase(t);
  const [writer, reader] = [await joinMember(t, pool, url), await joinMember(t, pool, url)];
  const fill = async (value: string) => ({
    blob: await reader.cache.get('blob a/b@1', load(value), sizeOf),
    tag: await reader.cache.get('tag a/b:1', load(value), sizeOf),
  });
  await fill('1');
  await writer.cache.publish(['blob *']);
  assert.deepEqual(await fill('2'), { blob: { value: '2' }, tag: { value: '1' } });
  await writer.cache.publish(Array.from({ length: 1_000 }, (_, i) => `tag some/repository:${i}` as const));
  assert.deepEqual(await fill('3'), { blob: { value: '3' }, tag: { value: '3' } });
});

test('a process that does not answer is waited for once, and again when it answers', async (t) => {
  const { pool, url } = await createTestDatabase(t);
  const { cache, warnings } = await joinMember(t, pool, url);
  // It looks like a member, and hears nothing.
  const deaf = createListener({
    connectionString: url,
    applicationName: cacheApplicationName,
    onError: () => undefined,
  });
  t.after(() => deaf.close());
  await eventually(async () => Promise.resolve(deaf.processId() !== undefined));
  const publishMs = async (): Promise<number> => {
    const startedMs = performance.now();
    await cache.publish(['tag a/b:1']);
    return performance.now() - startedMs;
  };
  assert.ok((await publishMs()) >= 900);
  assert.equal(warnings.length, 1);
  await publishMs();
  assert.equal(warnings.length, 1, 'it is not waited for again');
  await pool.query('SELECT pg_notify($1, $2)', [
    'registry_cache_ack',
    JSON.stringify({ ids: [], processId: deaf.processId() }),
  ]);
  await delay(200);
  await publishMs();
  assert.equal(warnings.length, 2);
});
