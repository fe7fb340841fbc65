import { Type, type Static } from 'typebox';
import { type EventKind, eventKinds } from '../../events/event-kinds.ts';
import { requireAccount } from '../http/access.ts';
import { findAccount, isId } from '../../accounts/account-store.ts';
import type { Account } from '../../accounts/accounts.ts';
import { DomainError } from '../../errors/domain-error.ts';
import {
  countEvents,
  type EventFilter,
  type EventRow,
  type EventScope,
  listEvents,
  mostCounted,
} from '../../events/event-store.ts';
import type { EventDeps, ApiInstance } from '../http/instance.ts';
import { countHeader, countLimitedHeader, fillPage, pageQuery } from '../http/paging.ts';
import { administeredRepositories, includesLevel, repositoryAccess } from '../../accounts/policy/access.ts';
import { readTime, TimeText } from '../http/times.ts';
import { AnyObject, listOf, oneOf, Timestamp } from '../http/schemas.ts';
import { nameText, repositoryParams } from '../http/names.ts';

const eventQuery = Type.Object(
  {
    ...pageQuery.properties,
    publishedBefore: Type.Optional(TimeText),
    publishedAfter: Type.Optional(TimeText),
    actorId: Type.Optional(nameText()),
    eventType: Type.Optional(Type.String({ maxLength: 40 })),
    objectType: Type.Optional(Type.String({ maxLength: 40 })),
  },
  { additionalProperties: false },
);
const repositoryEventQuery = Type.Object(
  { ...eventQuery.properties, excludePull: Type.Boolean({ default: false }) },
  { additionalProperties: false },
);

// What an event tells may be as large as the form that it is about.
const rowsAtOnce = 100;
const allKinds = Object.keys(eventKinds) as readonly EventKind[];
const tags = ['events'];

/** What happened: MSR's fields (DTR 2.7 API, schema.Event), and after them our own. */
const EventView = Type.Object(
  {
    id: Type.String(),
    publishedAt: Timestamp,
    // MSR has the id here; what has no account has its name at the most.
    actor: Type.String(),
    actorType: Type.String(),
    type: Type.String(),
    object: Type.Object({ type: Type.String(), id: Type.String(), name: Type.String() }),
    target: Type.Optional(Type.Object({ type: Type.String(), id: Type.String() })),
    repository: Type.String(),
    kind: oneOf(allKinds),
    actorName: Type.String(),
    // From where somebody acts is shown to system administrators, and to everybody of their own acts.
    address: Type.Optional(Type.String()),
    outcome: Type.String(),
    count: Type.Integer(),
    namespace: Type.String(),
    details: AnyObject,
  },
  { title: 'Event' },
);
const EventList = Type.Object({ events: listOf(EventView) });

const pullKinds = new Set<EventKind>(['TAG_PULL', 'MANIFEST_PULL']);
// Who may read a repository sees what is in it; who pulls, and who is granted what, is for its administrators.
const readerKinds = new Set<EventKind>(['TAG_PUSH', 'TAG_DELETE', 'MANIFEST_PUSH', 'MANIFEST_DELETE']);
// Those that MSR knows, so that a client may ask for what does not happen in this version.
const types = new Set(['CREATE', 'GET', 'UPDATE', 'DELETE', 'SEND', 'FAIL', 'SCAN']);
const objectTypes = new Set<string>([
  'BLOB',
  'URI',
  'PROMOTION',
  'PUSH_MIRRORING',
  'POLL_MIRRORING',
  ...Object.values(eventKinds).map(({ objectType }) => objectType),
]);

/** `/api/v0/events` and the events of a repository (DTR 2.7 API): what happened, the newest first. */
export function eventRoutes(app: ApiInstance, { pool }: EventDeps): void {
  /** One page, with the headers that lead to the next. */
  async function page(
    account: Account,
    scope: EventScope,
    query: Static<typeof eventQuery>,
    isWanted: (kind: EventKind) => boolean,
  ) {
    const { pageStart = '', pageSize, count } = query;
    const filter = await readFilter(query, isWanted);
    const { entries, headers } = await fillPage({
      start: pageStart,
      size: pageSize,
      load: (from, limit) => listEvents(pool, scope, filter, { pageStart: from || undefined, pageSize: limit }),
      keyOf: ({ id }) => id,
      view: (row) => viewEvent(row, account),
      rowsAtOnce,
    });
    return {
      body: { events: entries },
      headers: {
        ...headers,
        ...(count && countHeaders(await countEvents(pool, scope, filter))),
      },
    };
  }

  async function readFilter(
    { publishedBefore, publishedAfter, actorId = '', eventType = '', objectType = '' }: Static<typeof eventQuery>,
    isWanted: (kind: EventKind) => boolean,
  ): Promise<EventFilter> {
    assertOneOf('eventType', eventType, types);
    assertOneOf('objectType', objectType, objectTypes);
    const kinds = allKinds.filter((kind) => {
      const of = eventKinds[kind];
      return (
        isWanted(kind) &&
        (eventType === '' || of.type === eventType) &&
        (objectType === '' || of.objectType === objectType)
      );
    });
    const filter = {
      kinds,
      publishedBefore: readTime('publishedBefore', publishedBefore),
      publishedAfter: readTime('publishedAfter', publishedAfter),
    };
    if (actorId === '') return filter;
    if (isId(actorId)) return { ...filter, actorId };
    const actor = await findAccount(pool, actorId);
    if (actor) return { ...filter, actorId: actor.id };
    throw new DomainError('INVALID_PARAMETERS', `actorId "${actorId}" is neither an id nor the name of an account`);
  }

  app.get(
    '/api/v0/events',
    {
      config: { access: 'authenticated' },
      schema: {
        summary: 'List what happened, the newest first',
        tags,
        querystring: eventQuery,
        response: { 200: EventList },
      },
    },
    async (request, reply) => {
      const account = requireAccount(request);
      const administered = await administeredRepositories(pool, account);
      const scope: EventScope =
        administered === 'all' ? { of: 'all' } : { of: 'account', id: account.id, administered };
      const { body, headers } = await page(account, scope, request.query, () => true);
      return reply.headers(headers).send(body);
    },
  );

  app.get(
    '/api/v0/repositories/:namespace/:reponame/events',
    {
      config: { access: 'repository-read' },
      schema: {
        summary: 'List what happened in a repository, the newest first',
        tags,
        params: repositoryParams,
        querystring: repositoryEventQuery,
        response: { 200: EventList },
      },
    },
    async (request, reply) => {
      const { namespace, reponame: name } = request.params;
      const { excludePull, ...query } = request.query;
      const account = requireAccount(request);
      const { level } = await repositoryAccess(pool, account, namespace, name);
      const isAdmin = includesLevel(level, 'admin');
      const { body, headers } = await page(account, { of: 'repository', namespace, name }, query, (kind) =>
        isAdmin ? !(excludePull && pullKinds.has(kind)) : readerKinds.has(kind),
      );
      return reply.headers(headers).send(body);
    },
  );
}

function countHeaders(count: number): Record<string, string> {
  return { [countHeader]: String(count), ...(count === mostCounted && { [countLimitedHeader]: 'true' }) };
}

function assertOneOf(name: string, value: string, known: ReadonlySet<string>): void {
  if (value === '' || known.has(value)) return;
  throw new DomainError('INVALID_PARAMETERS', `${name} "${value}" is none of ${[...known].join(', ')}`);
}

function viewEvent(row: EventRow, viewer: Account): Static<typeof EventView> {
  const { id, publishedAt, actorId, actor, actorType, type, repository, namespace, contents, kind } = row;
  const digest = row.objectType === 'TAG' ? contents['digest'] : undefined;
  const showsAddress = viewer.isAdmin || actorId === viewer.id;
  return {
    id,
    publishedAt,
    actor: actorId ?? actor,
    actorType,
    type,
    object: { type: row.objectType, id: row.objectId, name: row.objectName },
    ...(typeof digest === 'string' && { target: { type: 'MANIFEST', id: digest } }),
    repository: repository === '' ? '' : `${namespace}/${repository}`,
    kind,
    actorName: actor,
    ...(showsAddress && { address: row.address }),
    outcome: row.outcome,
    count: row.count,
    namespace,
    details: contents,
  };
}
