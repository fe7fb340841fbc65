import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAskedTags } from '../../registry/http/asked-tags.ts';
import { eventually, pushImage, pushLayers, putManifest, startRegistry, type TestRegistry } from './test-registry.ts';

const name = 'admin/app';

interface EventRow {
  readonly actor: string;
  readonly type: string;
  readonly object_type: string;
  readonly contents: Record<string, string>;
}

async function eventsOf(registry: TestRegistry): Promise<EventRow[]> {
  const { rows } = await registry.pool.query<EventRow>(
    // The first push makes the repository, which test/registry/repositories/creation.test.ts is about.
    `SELECT actor, type, object_type, contents FROM registry.events WHERE kind <> 'REPOSITORY_CREATE'
     ORDER BY published_at, type, object_type, contents`,
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

test('what a client asks for by tag and pulls by digest is told under the tag as well', async (t) => {
  const registry = await startRegistry(t);
  const { digest } = await pushImage(registry, name, '1.0');
  await putManifest(registry, name, 'other', (await pushLayers(registry, name)).manifest);
  const send = (method: string, reference: string, subject = 'ada') =>
    registry.send(method, `/v2/${name}/manifests/${reference}`, { subject });
  // As docker and containerd pull.
  await send('HEAD', '1.0');
  await send('GET', digest);
  // Others, who have asked for no tag, or for another manifest, or by digest.
  await send('GET', digest, 'grace');
  await send('HEAD', 'other', 'mary');
  await send('HEAD', digest, 'mary');
  await send('GET', digest, 'mary');
  // By tag, and the same by digest.
  await send('GET', '1.0', 'joan');
  await send('GET', digest, 'joan');
  // Refused or not modified: nothing is pulled.
  const etag = `"${digest}"`;
  await registry.send('HEAD', `/v2/${name}/manifests/1.0`, { subject: 'rose', headers: { 'If-None-Match': etag } });
  await send('HEAD', 'none', 'rose');
  await registry.send('GET', `/v2/${name}/manifests/${digest}`, {
    subject: 'rose',
    headers: { 'If-None-Match': etag },
  });
  await registry.registry.close();
  const { rows } = await registry.pool.query<{ told: string }>(
    `SELECT concat_ws(' ', actor, kind, contents ->> 'tag', contents ->> 'count') AS told
     FROM registry.events WHERE type = 'GET' ORDER BY 1`,
  );
  assert.deepEqual(
    rows.map(({ told }) => told),
    [
      'ada MANIFEST_PULL 1',
      'ada TAG_PULL 1.0 1',
      'grace MANIFEST_PULL 1',
      'joan MANIFEST_PULL 1',
      'joan TAG_PULL 1.0 1',
      'mary MANIFEST_PULL 1',
    ],
  );
  const { rows: counts } = await registry.pool.query('SELECT pulls FROM registry.repositories');
  assert.deepEqual(counts, [{ pulls: 5 }], 'each GET is one pull, under however many names it is told');
});

test('who asks in one process and pulls in another is known; who asked long ago is not', async (t) => {
  const registry = await startRegistry(t);
  const other = await registry.addNode();
  const { digest } = await pushImage(registry, name, '1.0');
  const tagPulls = async (): Promise<string[]> => {
    const { rows } = await registry.pool.query<{ actor: string }>(
      `SELECT actor FROM registry.events WHERE kind = 'TAG_PULL' ORDER BY 1`,
    );
    return rows.map(({ actor }) => actor);
  };
  await registry.send('HEAD', `/v2/${name}/manifests/1.0`, { subject: 'ada' });
  await other.send('GET', `/v2/${name}/manifests/${digest}`, { subject: 'ada' });
  await other.send('GET', `/v2/${name}/manifests/${digest}`, { subject: 'grace' });
  // By the clocks of the processes, as nobody waits for them to close.
  await eventually(async () => (await tagPulls()).length > 0);
  assert.deepEqual(await tagPulls(), ['ada']);

  await registry.pool.query(`UPDATE registry.asked_tags SET asked_at = now() - interval '2 minutes', actor = 'grace'`);
  await other.send('GET', `/v2/${name}/manifests/${digest}`, { subject: 'grace' });
  // Another write takes away what is old.
  await other.send('HEAD', `/v2/${name}/manifests/1.0`, { subject: 'joan' });
  await other.registry.close();
  assert.deepEqual(await tagPulls(), ['ada']);
  const { rows } = await registry.pool.query('SELECT actor, tag FROM registry.asked_tags');
  assert.deepEqual(rows, [{ actor: 'joan', tag: '1.0' }]);
});

test('what clients ask for is written down within bounds, and not each time', async (t) => {
  const { pool } = await startRegistry(t);
  let statements = 0;
  const query = ((...args: Parameters<typeof pool.query>) => {
    statements++;
    return pool.query(...args);
  }) as typeof pool.query;
  const askedTags = createAskedTags({ query });
  const client = { repositoryId: 1, digest: 'sha256:a', actor: 'ada', address: '192.0.2.1' };
  const others = [{ repositoryId: 2 }, { digest: 'sha256:b' }, { actor: '' }, { address: '192.0.2.2' }];
  askedTags.asked(client, '1.0');
  await askedTags.write();
  const once = statements;
  for (let index = 0; index < 50; index++) {
    askedTags.asked(client, '1.0');
    await askedTags.write();
  }
  assert.equal(statements, once, 'who asks every second costs nothing');
  assert.deepEqual(await askedTags.find([client, ...others.map((change) => ({ ...client, ...change }))]), [
    '1.0',
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  askedTags.asked(client, '2.0');
  await askedTags.write();
  assert.deepEqual(await askedTags.find([client]), ['2.0']);
  for (let index = 0; index < 5_000; index++) askedTags.asked({ ...client, address: String(index) }, 'x');
  await askedTags.write();
  const { rows } = await pool.query<{ count: number }>('SELECT count(*) AS count FROM registry.asked_tags');
  assert.equal(rows[0]?.count, 1_001);
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
