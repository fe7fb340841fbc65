import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { countEvents, listEvents, type EventFilter, type EventScope } from '../../events/event-store.ts';
import { insertEvents, type NewEvent } from '../../events/events.ts';
import { type EventKind, eventKinds } from '../../events/event-kinds.ts';
import { fastFill } from './fast-fill.ts';
import type { Case, Measure } from './measure.ts';

/** Mostly pulls, as everywhere, by one account; half of the events in one repository; a few of every other kind. */
export async function fillEvents(pool: pg.Pool, rowCount: number): Promise<void> {
  await fastFill(pool, ['registry.events'], async (client) => {
    await client.query(
      `INSERT INTO registry.events (id, published_at, kind, type, actor_id, actor, object_type, namespace, repository, contents)
       SELECT gen_random_uuid(), now() - i * interval '1 second', k.kind, k.type,
              CASE WHEN i % 10 = 0 THEN gen_random_uuid() ELSE a.id END, 'admin', k.object_type, 'admin',
              CASE WHEN k.number = 3 THEN '' ELSE 'app-' || CASE WHEN i % 2 = 0 THEN 1 ELSE i % 10000 END END,
              jsonb_build_object('tag', '1', 'digest', 'sha256:' || i)
       FROM generate_series(1, $1) i CROSS JOIN accounts.accounts a
       JOIN (VALUES (0, 'TAG_PULL', 'GET', 'TAG'), (1, 'TAG_PUSH', 'CREATE', 'TAG'), (2, 'MANIFEST_PUSH', 'CREATE', 'MANIFEST'),
                    (3, 'SETTINGS_UPDATE', 'UPDATE', 'SETTINGS')) k (number, kind, type, object_type)
         ON k.number = CASE WHEN i % 10000 = 0 THEN 3 WHEN i % 20 < 2 THEN 1 + i % 2 ELSE 0 END`,
      [rowCount],
    );
  });
}

/** Lists of events, of everybody and of somebody, by what they may be narrowed to. */
export async function measureEvents(pool: pg.Pool, measure: Measure, rowCount: number): Promise<void> {
  const allKinds = Object.keys(eventKinds) as EventKind[];
  const everything: EventScope = { of: 'all' };
  const { rows: accounts } = await pool.query<{ id: string }>('SELECT id FROM accounts.accounts');
  const { rows: middle } = await pool.query<{ id: string }>(
    'SELECT id FROM registry.events ORDER BY published_at, id OFFSET $1 LIMIT 1',
    [Math.floor(rowCount / 2)],
  );
  const actorId = accounts[0]?.id ?? '';
  /** Somebody who administers so many repositories, of which the first has half of all events or is quiet. */
  const administrator = (count: number, first: number, id = actorId): EventScope => ({
    of: 'account',
    id,
    administered: {
      namespaces: ['acme'],
      repositories: Array.from({ length: count }, (_, index) => `admin/app-${first + index}`),
    },
  });
  const nobody = '00000000-0000-0000-0000-000000000000';
  const list = (name: string, scope: EventScope, filter: Partial<EventFilter> = {}, page = {}): Case => ({
    name,
    limitMs: 50,
    run: () => listEvents(pool, scope, { kinds: allKinds, ...filter }, { pageStart: undefined, pageSize: 11, ...page }),
  });
  const count = (name: string, scope: EventScope, filter: Partial<EventFilter> = {}): Case => ({
    name,
    limitMs: 50,
    run: () => countEvents(pool, scope, { kinds: allKinds, ...filter }),
  });
  const creations = allKinds.filter((kind) => eventKinds[kind].type === 'CREATE');
  const longAgo = { publishedBefore: new Date(0) };
  const fromMiddle = { pageStart: middle[0]?.id };
  await measure.cases([
    list('GET /events', everything),
    list('GET /events?pageSize=1000', everything, {}, { pageSize: 1_001 }),
    list('GET /events from the middle', everything, {}, fromMiddle),
    list('GET /events of a rare kind', everything, { kinds: ['SETTINGS_UPDATE'] }),
    list('GET /events of an actor, rare kind', everything, { kinds: ['SETTINGS_UPDATE'], actorId }),
    list('GET /events, none before a time', everything, longAgo),
    list('own events, 100 repositories', administrator(100, 1)),
    list('own events, 1,000 repositories', administrator(1_000, 1)),
    list('… that others acted on', administrator(1_000, 1, nobody)),
    list('… from the middle', administrator(1_000, 1, nobody), {}, fromMiddle),
    list('… creations', administrator(1_000, 1, nobody), { kinds: creations }),
    list('… a kind without events', administrator(1_000, 1, nobody), { kinds: ['TAG_DELETE'] }),
    list('… none before a time', administrator(1_000, 1, nobody), longAgo),
    list('… of an actor without any', administrator(1_000, 1, nobody), { actorId: nobody }),
    list('… pageSize=1000', administrator(1_000, 1, nobody), {}, { pageSize: 1_001 }),
    list('… none of them with events', administrator(1_000, 20_000, nobody)),
    list(
      'events of a repository, no pulls',
      { of: 'repository', namespace: 'admin', name: 'app-1' },
      { kinds: allKinds.filter((kind) => !kind.endsWith('_PULL')) },
    ),
    count('count of all events', everything),
    count('count of own events, 1,000 repositories', administrator(1_000, 1)),
    count('count of events of a rare kind', everything, { kinds: ['SETTINGS_UPDATE'] }),
  ]);
  await measure.pages('insert of 100 pulls', 50, async (runs) => {
    await insertEvents(
      pool,
      Array.from({ length: 100 }, (_, index) => pull(actorId, `app-${1 + ((index * 97) % 10_000)}`)),
    );
    return runs < 20;
  });
}

function pull(actorId: string, repository: string): NewEvent {
  return {
    id: randomUUID(),
    kind: 'TAG_PULL',
    actorId,
    actor: 'admin',
    actorType: 'user',
    address: '192.0.2.7',
    objectId: `admin/${repository}:1`,
    objectName: '1',
    outcome: 'success',
    namespace: 'admin',
    repository,
    contents: { tag: '1' },
  };
}
