import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pushImage, pushLayers, putManifest, startRegistry, type TestRegistry } from './test-registry.ts';

const name = 'admin/app';

interface EventRow {
  readonly actor: string;
  readonly type: string;
  readonly object_type: string;
  readonly contents: Record<string, string>;
}

async function eventsOf(registry: TestRegistry): Promise<EventRow[]> {
  const { rows } = await registry.pool.query<EventRow>(
    'SELECT actor, type, object_type, contents FROM registry.events ORDER BY published_at, type, object_type, contents',
  );
  return rows;
}

async function subscribe(registry: TestRegistry, type: string, key: string): Promise<void> {
  await registry.pool.query(
    `INSERT INTO registry.webhooks (type, key, endpoint, author_id)
     SELECT $1, $2, 'https://example.test/', id FROM accounts.accounts WHERE name = 'admin'`,
    [type, key],
  );
}

async function count(registry: TestRegistry, table: 'jobs.jobs' | 'jobs.outbox'): Promise<number> {
  const { rows } = await registry.pool.query<{ count: number }>(`SELECT count(*) FROM ${table}`);
  return rows[0]?.count ?? -1;
}

test('a push and a deletion are told as MSR tells them', async (t) => {
  const registry = await startRegistry(t);
  const { digest } = await pushImage(registry, name, '1.0');
  await registry.send('DELETE', `/v2/${name}/manifests/${digest}`);
  const common = { namespace: 'admin', repository: 'app', digest, os: 'linux', architecture: 'arm64', author: 'admin' };
  const manifest = { ...common, imageName: `registry.example:8443/${name}@${digest}` };
  const tag = { ...common, tag: '1.0', imageName: `registry.example:8443/${name}:1.0` };
  const events = await eventsOf(registry);
  const times = events.map(({ contents }) => contents.pushedAt ?? contents.deletedAt);
  assert.deepEqual(events, [
    { actor: 'admin', type: 'CREATE', object_type: 'MANIFEST', contents: manifest },
    { actor: 'admin', type: 'CREATE', object_type: 'TAG', contents: { ...tag, pushedAt: times[1] } },
    { actor: 'admin', type: 'DELETE', object_type: 'MANIFEST', contents: { ...manifest, deletedAt: times[2] } },
    { actor: 'admin', type: 'DELETE', object_type: 'TAG', contents: { ...tag, deletedAt: times[3] } },
  ]);
  for (const time of times.slice(1)) assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test('put by digest tells of no tag; a tag that is deleted tells of no manifest', async (t) => {
  const registry = await startRegistry(t);
  const image = await pushLayers(registry, name);
  await putManifest(registry, name, image.digest, image.manifest);
  await putManifest(registry, name, 'a', image.manifest);
  await registry.send('DELETE', `/v2/${name}/manifests/a`);
  assert.deepEqual(
    (await eventsOf(registry)).map(({ type, object_type: object }) => `${type} ${object}`),
    ['CREATE MANIFEST', 'CREATE MANIFEST', 'CREATE TAG', 'DELETE TAG'],
  );
});

test('each subscription that wants an event gets a job and an outbox row, and the dispatcher is woken', async (t) => {
  const registry = await startRegistry(t);
  await subscribe(registry, 'TAG_PUSH', name);
  await subscribe(registry, 'MANIFEST_PUSH', 'admin');
  await subscribe(registry, 'TAG_PUSH', 'acme/app');
  await subscribe(registry, 'TAG_DELETE', name);
  await pushImage(registry, name, '1');
  assert.deepEqual([await count(registry, 'jobs.jobs'), await count(registry, 'jobs.outbox')], [2, 2]);
  assert.equal(registry.wakeUps(), 1);
  await pushImage(registry, 'acme/quiet', '1');
  assert.deepEqual([await count(registry, 'jobs.jobs'), registry.wakeUps()], [2, 1]);
});

test('a push that is refused leaves no event, no job and no outbox row', async (t) => {
  const registry = await startRegistry(t);
  await pushImage(registry, name, '1');
  await subscribe(registry, 'TAG_PUSH', '');
  await subscribe(registry, 'MANIFEST_PUSH', '');
  await registry.pool.query('UPDATE registry.repositories SET immutable_tags = true');
  const before = await eventsOf(registry);
  const image = await pushLayers(registry, name);
  assert.equal((await putManifest(registry, name, '1', image.manifest)).code, 'DENIED');
  // The last statement of the transaction fails.
  await registry.pool.query('ALTER TABLE jobs.outbox ADD CONSTRAINT always_fails CHECK (false)');
  assert.equal((await putManifest(registry, name, '2', image.manifest)).status, 500);
  assert.equal((await registry.send('GET', `/v2/${name}/manifests/2`)).status, 404);
  assert.deepEqual(await eventsOf(registry), before);
  assert.deepEqual([await count(registry, 'jobs.jobs'), await count(registry, 'jobs.outbox')], [0, 0]);
  assert.equal(registry.wakeUps(), 0);
});

test('pulls are told once a second, those of one account together, and wake who subscribes', async (t) => {
  const registry = await startRegistry(t);
  const { digest } = await pushImage(registry, name, '1.0');
  await subscribe(registry, 'TAG_PULL', 'admin');
  const wakeUps = registry.wakeUps();
  const pull = (reference: string, subject: string) =>
    registry.send('GET', `/v2/${name}/manifests/${reference}`, { subject });
  await Promise.all([pull('1.0', 'ada'), pull('1.0', 'ada'), pull('1.0', ''), pull(digest, 'ada')]);
  await registry.send('HEAD', `/v2/${name}/manifests/1.0`);
  await registry.registry.close();
  const { rows } = await registry.pool.query<{ actor: string; kind: string; count: number; image: string }>(
    `SELECT actor, type || ' ' || kind AS kind, sum((contents ->> 'count')::int) AS count,
            min(contents ->> 'imageName') AS image
     FROM registry.events WHERE type = 'GET' GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  const tagged = { kind: 'GET TAG_PULL', image: `registry.example:8443/${name}:1.0` };
  assert.deepEqual(rows, [
    { actor: '', ...tagged, count: 1 },
    { actor: 'ada', kind: 'GET MANIFEST_PULL', image: `registry.example:8443/${name}@${digest}`, count: 1 },
    { actor: 'ada', ...tagged, count: 2 },
  ]);
  assert.ok((await count(registry, 'jobs.outbox')) >= 2);
  assert.ok(registry.wakeUps() > wakeUps);
});
