import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { listEvents } from '../../../events/event-store.ts';
import type { Actor } from '../../../events/actor.ts';
import { recordAudit } from '../../../events/audit.ts';
import { recordEvents, type RegistryEvent } from '../../../events/events.ts';
import { assertMsrShape } from '../msr-definitions.ts';
import { createOrganization, type Person } from '../../accounts/organization.ts';
import { startApi } from '../test-api.ts';

interface ApiEvent {
  readonly id: string;
  readonly publishedAt: string;
  readonly actor: string;
  readonly type: string;
  readonly object: { readonly type: string; readonly id: string; readonly name: string };
  readonly target?: unknown;
  readonly repository: string;
  readonly kind: string;
  readonly actorName: string;
  readonly address?: string;
}

const digest = `sha256:${'a'.repeat(64)}`;

async function start(t: TestContext) {
  const api = await startApi(t);
  const { send } = await createOrganization(api);
  await api.pool.query('DELETE FROM registry.events');
  const ids = new Map(
    (await api.pool.query<{ name: string; id: string }>('SELECT name, id FROM accounts.accounts')).rows.map(
      ({ name, id }) => [name, id] as const,
    ),
  );
  const by = (name: string): Actor => ({ id: ids.get(name) ?? null, name, type: 'user', address: '192.0.2.7' });
  const inRegistry = (type: RegistryEvent['type'], actor: string, name: string, tag?: string) => {
    const [namespace = '', repository = ''] = name.split('/');
    const contents = { digest, ...(tag !== undefined && { tag }) };
    return recordEvents(api.pool, [{ type, actor, address: '192.0.2.7', namespace, repository, contents }]);
  };
  /** The events that somebody gets, the newest first. */
  const list = async (who: Person, path: string): Promise<ApiEvent[]> => {
    const { status, json, text } = await send(who, 'GET', path);
    assert.equal(status, 200, text);
    return (json as { events: ApiEvent[] }).events;
  };
  const kinds = async (who: Person, path: string): Promise<string[]> => (await list(who, path)).map(({ kind }) => kind);
  return { api, send, ids, by, inRegistry, list, kinds };
}

const all = '/api/v0/events?pageSize=1000';
const ofApp = '/api/v0/repositories/acme/app/events?pageSize=1000';

test('an event is shown in the shape of MSR, with more after it', async (t) => {
  const { inRegistry, send, ids, list } = await start(t);
  await inRegistry('TAG_PUSH', 'walt', 'acme/app', '1.0');
  assertMsrShape('responses.Events', (await send('admin', 'GET', all)).json);
  const [event, ...more] = await list('admin', all);
  assert.ok(event);
  assert.deepEqual(more, []);
  const { id, publishedAt, ...rest } = event;
  assert.ok(id !== '' && Date.parse(publishedAt) > 0);
  assert.deepEqual(rest, {
    actor: ids.get('walt'),
    actorType: 'user',
    type: 'CREATE',
    object: { type: 'TAG', id: 'acme/app:1.0', name: '1.0' },
    target: { type: 'MANIFEST', id: digest },
    repository: 'acme/app',
    kind: 'TAG_PUSH',
    actorName: 'walt',
    address: '192.0.2.7',
    outcome: 'success',
    count: 1,
    namespace: 'acme',
    details: { digest, tag: '1.0' },
  });
});

test('everybody sees what they did, and what concerns the repositories and namespaces that they administer', async (t) => {
  const { api, inRegistry, by, kinds } = await start(t);
  await inRegistry('TAG_PUSH', 'walt', 'acme/app', '1');
  await inRegistry('TAG_DELETE', 'walt', 'acme/hidden', '1');
  await inRegistry('TAG_PULL', '', 'acme/open', '1');
  await inRegistry('MANIFEST_PUSH', 'sue', 'sue/app');
  await recordAudit(api.pool, { kind: 'TEAM_CREATE', actor: by('olga'), object: { id: 'x' }, namespace: 'acme' });
  await recordAudit(api.pool, { kind: 'ACCOUNT_UPDATE', actor: by('admin'), object: { id: 'x' }, namespace: 'rita' });
  await recordAudit(api.pool, { kind: 'SETTINGS_UPDATE', actor: by('admin'), object: { id: 'settings' } });
  const expected: Readonly<Record<string, readonly string[]>> = {
    admin: ['SETTINGS_UPDATE', 'ACCOUNT_UPDATE', 'TEAM_CREATE', 'MANIFEST_PUSH', 'TAG_PULL', 'TAG_DELETE', 'TAG_PUSH'],
    olga: ['TEAM_CREATE', 'TAG_PULL', 'TAG_DELETE', 'TAG_PUSH'],
    nora: ['TAG_PUSH'],
    walt: ['TAG_DELETE', 'TAG_PUSH'],
    rita: ['ACCOUNT_UPDATE'],
    sue: ['MANIFEST_PUSH'],
    max: [],
  };
  for (const [who, wanted] of Object.entries(expected)) assert.deepEqual(await kinds(who, all), wanted, who);
});

test('addresses are shown to system administrators, and of the own acts', async (t) => {
  const { inRegistry, list } = await start(t);
  await inRegistry('TAG_PUSH', 'walt', 'acme/app', '1');
  const addresses = async (who: string) => (await list(who, all)).map(({ address }) => address);
  assert.deepEqual(await addresses('admin'), ['192.0.2.7']);
  assert.deepEqual(await addresses('walt'), ['192.0.2.7']);
  assert.deepEqual(await addresses('olga'), [undefined]);
  assert.deepEqual(await addresses('nora'), [undefined]);
});

test('who reads a repository sees pushes and deletions; its administrators see pulls and grants as well', async (t) => {
  const { inRegistry, kinds, api, by } = await start(t);
  await inRegistry('TAG_PUSH', 'walt', 'acme/app', '1');
  await inRegistry('TAG_PULL', 'rita', 'acme/app', '1');
  await inRegistry('MANIFEST_PULL', '', 'acme/app');
  await inRegistry('TAG_PUSH', 'walt', 'acme/hidden', '1');
  const team = { id: 'x', name: 'readers' };
  await recordAudit(api.pool, {
    kind: 'TEAM_ACCESS_UPDATE',
    actor: by('nora'),
    object: team,
    namespace: 'acme',
    repository: 'app',
  });
  assert.deepEqual(await kinds('rita', ofApp), ['TAG_PUSH']);
  assert.deepEqual(await kinds('rita', `${ofApp}&eventType=GET`), []);
  assert.deepEqual(await kinds('nora', ofApp), ['TEAM_ACCESS_UPDATE', 'MANIFEST_PULL', 'TAG_PULL', 'TAG_PUSH']);
  assert.deepEqual(await kinds('nora', `${ofApp}&excludePull=true`), ['TEAM_ACCESS_UPDATE', 'TAG_PUSH']);
});

test('who has a name later does not see what was under it before', async (t) => {
  const { api, send, inRegistry, kinds } = await start(t);
  await inRegistry('TAG_PUSH', 'sue', 'sue/app', 'secret-plan');
  assert.equal((await send('sue', 'DELETE', '/api/v0/repositories/sue/app')).status, 204);
  assert.equal((await send('sue', 'POST', '/api/v0/repositories/sue', { name: 'app' })).status, 201);
  assert.deepEqual(await kinds('rita', '/api/v0/repositories/sue/app/events'), []);
  assert.deepEqual(await kinds('sue', '/api/v0/repositories/sue/app/events'), ['REPOSITORY_CREATE']);
  assert.deepEqual(await kinds('sue', all), ['REPOSITORY_CREATE', 'REPOSITORY_DELETE', 'TAG_PUSH']);
  assert.equal((await send('sue', 'DELETE', '/api/v0/repositories/sue/app')).status, 204);
  assert.equal((await send('admin', 'DELETE', '/enzi/v0/accounts/sue')).status, 204);
  const { rows } = await api.pool.query<{ id: string }>(
    `INSERT INTO accounts.accounts (name) VALUES ('sue') RETURNING id`,
  );
  // The token of the old account is refused, and a new one would have to wait.
  const administered = { namespaces: ['sue'], repositories: [] };
  const scope = { of: 'account', id: rows[0]?.id ?? '', administered } as const;
  const page = { pageStart: undefined, pageSize: 10 };
  assert.deepEqual(await listEvents(api.pool, scope, { kinds: ['TAG_PUSH', 'REPOSITORY_CREATE'] }, page), []);
});

test('filters by type, object, actor and time', async (t) => {
  const { inRegistry, by, api, list, kinds, ids, send } = await start(t);
  await inRegistry('TAG_PUSH', 'walt', 'acme/app', '1');
  await inRegistry('MANIFEST_PUSH', 'sue', 'sue/app');
  await inRegistry('TAG_DELETE', 'walt', 'acme/app', '1');
  await recordAudit(api.pool, { kind: 'TEAM_CREATE', actor: by('olga'), object: { id: 'x' }, namespace: 'acme' });
  // A minute apart, for the API shows milliseconds and the database has more.
  await api.pool.query(
    `UPDATE registry.events SET published_at = published_at - interval '1 minute' *
       array_position(ARRAY['TEAM_CREATE', 'TAG_DELETE', 'MANIFEST_PUSH', 'TAG_PUSH'], kind)`,
  );
  const [, deletion] = await list('admin', all);
  assert.ok(deletion);
  const cases: readonly [string, readonly string[]][] = [
    ['eventType=CREATE', ['TEAM_CREATE', 'MANIFEST_PUSH', 'TAG_PUSH']],
    ['objectType=TAG', ['TAG_DELETE', 'TAG_PUSH']],
    ['objectType=TAG&eventType=CREATE', ['TAG_PUSH']],
    ['objectType=MANIFEST&eventType=DELETE', []],
    ['objectType=PROMOTION', []],
    ['eventType=SCAN', []],
    [`actorId=${ids.get('walt')}`, ['TAG_DELETE', 'TAG_PUSH']],
    ['actorId=walt&eventType=DELETE', ['TAG_DELETE']],
    ['actorId=00000000-0000-4000-8000-000000000000', []],
    [`publishedBefore=${deletion.publishedAt}`, ['MANIFEST_PUSH', 'TAG_PUSH']],
    [`publishedAfter=2100-01-01T00:00:00Z`, []],
    ['eventType=&objectType=&actorId=&publishedBefore=', ['TEAM_CREATE', 'TAG_DELETE', 'MANIFEST_PUSH', 'TAG_PUSH']],
  ];
  for (const [query, expected] of cases) assert.deepEqual(await kinds('admin', `${all}&${query}`), expected, query);
  const bad = ['eventType=push', 'objectType=tag', 'actorId=nobody', 'publishedBefore=yesterday', 'publishedAfter=1'];
  for (const query of [...bad, 'pageSize=0', 'pageStart=x', 'excludePull=true']) {
    const { outcome } = await send('admin', 'GET', `/api/v0/events?${query}`);
    assert.equal(outcome, '400 INVALID_PARAMETERS', query);
  }
});

test('pages follow each other without a gap, also among events of the same time', async (t) => {
  const { api, send } = await start(t);
  await recordEvents(
    api.pool,
    Array.from({ length: 25 }, (_, index) => ({
      type: index % 2 === 0 ? ('TAG_PUSH' as const) : ('TAG_PULL' as const),
      actor: 'nora',
      namespace: 'acme',
      repository: 'app',
      contents: { digest, tag: String(index) },
    })),
  );
  for (const [who, path] of [
    ['admin', '/api/v0/events?count=true'],
    ['nora', '/api/v0/events?count=true'],
    ['nora', '/api/v0/repositories/acme/app/events?count=true'],
  ] as const) {
    const tags: string[] = [];
    let next: string | undefined = '';
    let pages = 0;
    while (next !== undefined) {
      const { json, headers } = await send(who, 'GET', `${path}&pageStart=${next}`);
      const { events } = json as { events: ApiEvent[] };
      tags.push(...events.map(({ object }) => object.name));
      assert.equal(headers['x-resource-count'], '25');
      next = headers['x-next-page-start'] as string | undefined;
      pages++;
    }
    assert.equal(pages, 3);
    assert.equal(tags.length, 25);
    assert.equal(new Set(tags).size, 25);
  }
  const gone = await send('admin', 'GET', '/api/v0/events?pageStart=00000000-0000-4000-8000-000000000000');
  assert.deepEqual(gone.json, { events: [] });
});

test('up to 10,000 events are counted, and a count that ends there says so', async (t) => {
  const { api, inRegistry, send } = await start(t);
  await inRegistry('TAG_PUSH', 'walt', 'acme/app', '1');
  const add = (count: number) =>
    api.pool.query(
      `INSERT INTO registry.events (id, kind, type, actor_id, actor, object_type, namespace, repository, contents)
       SELECT gen_random_uuid(), kind, type, actor_id, actor, object_type, namespace, repository, contents
       FROM registry.events, generate_series(1, $1) LIMIT $1`,
      [count],
    );
  const counts = async (who: Person, path: string) => {
    const { headers } = await send(who, 'GET', `${path}?count=true&pageSize=1`);
    return [headers['x-resource-count'], headers['x-resource-count-limited']];
  };
  const paths = [
    ['admin', '/api/v0/events'],
    // Who did it, who owns the namespace, and who administers the repository.
    ['walt', '/api/v0/events'],
    ['olga', '/api/v0/events'],
    ['nora', '/api/v0/events'],
    ['nora', '/api/v0/repositories/acme/app/events'],
  ] as const;
  await add(9_998);
  for (const [who, path] of paths) assert.deepEqual(await counts(who, path), ['9999', undefined], `${who} ${path}`);
  await add(2);
  for (const [who, path] of paths) assert.deepEqual(await counts(who, path), ['10000', 'true'], `${who} ${path}`);
});

test('a list of everything of a repository and one of some kinds agree, for one actor as well', async (t) => {
  const { inRegistry, kinds, ids } = await start(t);
  await inRegistry('TAG_PUSH', 'walt', 'acme/app', '1');
  await inRegistry('TAG_PULL', 'rita', 'acme/app', '1');
  await inRegistry('TAG_PULL', '', 'acme/app', '1');
  const ofNora = (query: string) => kinds('nora', `${ofApp}&${query}`);
  assert.deepEqual(await ofNora('count=false'), ['TAG_PULL', 'TAG_PULL', 'TAG_PUSH']);
  assert.deepEqual(await ofNora('eventType=GET'), ['TAG_PULL', 'TAG_PULL']);
  assert.deepEqual(await ofNora(`actorId=${ids.get('rita') ?? ''}`), ['TAG_PULL']);
  assert.deepEqual(await ofNora(`eventType=CREATE&actorId=${ids.get('rita') ?? ''}`), []);
  assert.deepEqual(await ofNora(`eventType=CREATE&actorId=${ids.get('walt') ?? ''}`), ['TAG_PUSH']);
});
