import type { Queryable } from '../database/pool.ts';
import { type EventKind, eventKinds, isAboutRepository } from './event-kinds.ts';
import type { AdministeredRepositories } from './administered-repositories.ts';

/** A row of `registry.events`. */
export interface EventRow {
  readonly id: string;
  readonly publishedAt: Date;
  readonly kind: EventKind;
  readonly type: string;
  readonly actorId: string | null;
  readonly actor: string;
  readonly actorType: string;
  readonly address: string;
  readonly objectType: string;
  readonly objectId: string;
  readonly objectName: string;
  readonly outcome: string;
  readonly namespace: string;
  readonly repository: string;
  readonly contents: Readonly<Record<string, unknown>>;
  readonly count: number;
}

const columns = `e.id, e.published_at AS "publishedAt", e.kind, e.type, e.actor_id AS "actorId", e.actor,
  e.actor_type AS "actorType", e.address, e.object_type AS "objectType", e.object_id AS "objectId",
  e.object_name AS "objectName", e.outcome, e.namespace, e.repository, e.contents, e.count`;

/** One event, or undefined where it is no longer kept. */
export async function findEvent(q: Queryable, id: string): Promise<EventRow | undefined> {
  const { rows } = await q.query<EventRow>(`SELECT ${columns} FROM registry.events e WHERE e.id = $1`, [id]);
  return rows[0];
}

/** Whose events are listed. */
export type EventScope =
  | { readonly of: 'all' }
  /** Those of one repository, since it was made: an older one of the same name is none of its readers' business. */
  | { readonly of: 'repository'; readonly namespace: string; readonly name: string }
  /** What an account did, and what concerns the namespaces and repositories that it administers. */
  | { readonly of: 'account'; readonly id: string; readonly administered: AdministeredRepositories };

/** Which events of a scope are listed. */
export interface EventFilter {
  readonly kinds: readonly EventKind[];
  readonly actorId?: string | undefined;
  readonly publishedBefore?: Date | undefined;
  readonly publishedAfter?: Date | undefined;
}

/** Where a page begins, with the event of this id, and how many there are on it. */
export interface EventPage {
  readonly pageStart: string | undefined;
  readonly pageSize: number;
}

interface Source {
  /** What goes before the events at one place; its rows are the places to look at. */
  readonly places: string;
  readonly condition: string;
  /** Undefined: the kind does not matter. */
  readonly kinds: readonly EventKind[] | undefined;
}

const repositoryKinds = (Object.keys(eventKinds) as EventKind[]).filter(isAboutRepository);

/**
 * Builds the query for ids and times of events. The newest few of each kind are taken from an index that has the kind
 * before the time, at every place, and the newest of those: a filter that lets little through costs no more than one
 * that lets everything through. Where every kind is wanted that a repository has, the newest few of all are taken from an
 * index that has no kind before the time: somebody may administer a thousand repositories.
 */
function buildQuery(scope: EventScope, filter: EventFilter, pageStart: string | undefined) {
  const values: unknown[] = [];
  const bind = (value: unknown, type: string): string => `$${values.push(value)}::${type}`;
  const bounds: string[] = [];
  if (filter.publishedBefore) bounds.push(`e.published_at < ${bind(filter.publishedBefore, 'timestamptz')}`);
  if (filter.publishedAfter) bounds.push(`e.published_at > ${bind(filter.publishedAfter, 'timestamptz')}`);
  const actor = filter.actorId === undefined ? undefined : bind(filter.actorId, 'uuid');
  if (pageStart !== undefined) {
    const start = bind(pageStart, 'uuid');
    bounds.push(
      `(e.published_at, e.id) <= ((SELECT s.published_at FROM registry.events s WHERE s.id = ${start}), ${start})`,
    );
  }
  const { kinds } = filter;

  // OFFSET keeps PostgreSQL from looking a place up once for each kind. The actor is compared in a way that no index
  // answers: it would go through all that he did, once for each place.
  function repositories(where: string): Source {
    const wanted = kinds.filter(isAboutRepository);
    return {
      places: `(SELECT r.namespace, r.name, r.created_at FROM registry.repositories r WHERE ${where} OFFSET 0) p,`,
      condition: `e.namespace = p.namespace AND e.repository = p.name AND e.repository <> ''
        AND e.published_at >= p.created_at${actor === undefined ? '' : ` AND e.actor_id IS NOT DISTINCT FROM ${actor}`}`,
      kinds: wanted.length === repositoryKinds.length ? undefined : wanted,
    };
  }

  function sources(): Source[] {
    const ofActor = actor === undefined ? '' : ` AND e.actor_id = ${actor}`;
    switch (scope.of) {
      case 'all':
        return [{ places: '', condition: `true${ofActor}`, kinds }];
      case 'repository':
        return [
          repositories(`r.namespace = ${bind(scope.namespace, 'text')} AND r.name = ${bind(scope.name, 'text')}`),
        ];
      case 'account': {
        const { namespaces, repositories: names } = scope.administered;
        return [
          { places: '', condition: `e.actor_id = ${bind(scope.id, 'uuid')}${ofActor}`, kinds },
          {
            places: `(SELECT a.name, a.created_at FROM accounts.accounts a
                      WHERE a.name = ANY (${bind(namespaces, 'text[]')}) OFFSET 0) p,`,
            condition: `e.namespace = p.name AND e.published_at >= p.created_at${ofActor}`,
            kinds,
          },
          ...(names.length > 0
            ? [
                repositories(
                  `(r.namespace, r.name) IN (SELECT split_part(n, '/', 1), substr(n, strpos(n, '/') + 1)
                                             FROM unnest(${bind(names, 'text[]')}) n)`,
                ),
              ]
            : []),
        ];
      }
    }
  }

  /** The rows of each source: of each kind at each place all, or as many as `end` leaves. */
  const parts = (end: string): string[] =>
    sources().map(({ places, condition, kinds: wanted }) => {
      const isOfKind = wanted ? ['e.kind = k'] : [];
      return `SELECT e.id, e.published_at FROM ${places} ${wanted ? `unnest(${bind(wanted, 'text[]')}) k,` : ''} LATERAL (
         SELECT e.id, e.published_at FROM registry.events e
         WHERE ${[condition, ...isOfKind, ...bounds].join(' AND ')} ${end}) e`;
    });

  return { values, parts };
}

/** Events, the newest first. Empty where there is no event `pageStart`. */
export async function listEvents(
  q: Queryable,
  scope: EventScope,
  filter: EventFilter,
  { pageStart, pageSize }: EventPage,
): Promise<EventRow[]> {
  const { parts, values } = buildQuery(scope, filter, pageStart);
  const found = parts(`ORDER BY e.published_at DESC, e.id DESC LIMIT ${pageSize}`).join(' UNION ');
  const { rows } = await q.query<EventRow>(
    `SELECT ${columns} FROM (
       SELECT f.id, f.published_at FROM (${found}) f ORDER BY f.published_at DESC, f.id DESC LIMIT ${pageSize}
     ) f JOIN registry.events e ON e.id = f.id ORDER BY f.published_at DESC, f.id DESC`,
    values,
  );
  return rows;
}

/** As many events as are counted; there may be more. */
export const mostCounted = 10_000;

/** How many events pass the filter, as far as they are counted: `mostCounted` at the most. */
export async function countEvents(q: Queryable, scope: EventScope, filter: EventFilter): Promise<number> {
  const { parts, values } = buildQuery(scope, filter, undefined);
  const sources = parts('');
  // An event comes from each source once at the most, so this many rows are enough of them.
  const { rows } = await q.query<{ count: number }>(
    `SELECT count(*) AS count FROM (
       SELECT DISTINCT f.id FROM (${sources.join(' UNION ALL ')} LIMIT ${sources.length * mostCounted}) f
       LIMIT ${mostCounted}) f`,
    values,
  );
  return rows[0]?.count ?? 0;
}
