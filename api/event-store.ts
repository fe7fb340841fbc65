import type { Queryable } from '../database/pool.ts';
import type { EventKind } from '../jobs/event-kinds.ts';
import type { AdministeredRepositories } from './policy/access.ts';

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
  /** What goes before the events of one kind; its rows are the places to look at. */
  readonly places: string;
  readonly condition: string;
}

/**
 * Builds the query for ids and times of events. The newest few of each kind are taken from an index that has the kind
 * before the time, at every place, and the newest of those: a filter that lets little through costs no more than one
 * that lets everything through.
 */
function buildQuery(scope: EventScope, filter: EventFilter, pageStart: string | undefined) {
  const values: unknown[] = [];
  const bind = (value: unknown, type: string): string => `$${values.push(value)}::${type}`;
  const bounds: string[] = [];
  if (filter.publishedBefore) bounds.push(`e.published_at < ${bind(filter.publishedBefore, 'timestamptz')}`);
  if (filter.publishedAfter) bounds.push(`e.published_at > ${bind(filter.publishedAfter, 'timestamptz')}`);
  if (filter.actorId !== undefined) bounds.push(`e.actor_id = ${bind(filter.actorId, 'uuid')}`);
  if (pageStart !== undefined) {
    const start = bind(pageStart, 'uuid');
    bounds.push(
      `(e.published_at, e.id) <= ((SELECT s.published_at FROM registry.events s WHERE s.id = ${start}), ${start})`,
    );
  }
  const kinds = bind(filter.kinds, 'text[]');

  function sources(): Source[] {
    switch (scope.of) {
      case 'all':
        return [{ places: '', condition: 'true' }];
      case 'repository': {
        const where = `r.namespace = ${bind(scope.namespace, 'text')} AND r.name = ${bind(scope.name, 'text')}`;
        return [repositories(where)];
      }
      case 'account': {
        const { namespaces, repositories: names } = scope.administered;
        return [
          { places: '', condition: `e.actor_id = ${bind(scope.id, 'uuid')}` },
          {
            places: `(SELECT a.name, a.created_at FROM accounts.accounts a
                      WHERE a.name = ANY (${bind(namespaces, 'text[]')})) p,`,
            condition: 'e.namespace = p.name AND e.published_at >= p.created_at',
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

  return {
    values,
    /** @param limit undefined: all of them */
    text: (limit: number | undefined): string => {
      const end = limit === undefined ? '' : `ORDER BY e.published_at DESC, e.id DESC LIMIT ${limit}`;
      return sources()
        .map(
          ({ places, condition }) =>
            `SELECT e.id, e.published_at FROM ${places} unnest(${kinds}) k, LATERAL (
               SELECT e.id, e.published_at FROM registry.events e
               WHERE ${[condition, 'e.kind = k', ...bounds].join(' AND ')} ${end}) e`,
        )
        .join(' UNION ');
    },
  };
}

function repositories(where: string): Source {
  return {
    places: `(SELECT r.namespace, r.name, r.created_at FROM registry.repositories r WHERE ${where}) p,`,
    condition: 'e.namespace = p.namespace AND e.repository = p.name AND e.published_at >= p.created_at',
  };
}

/** Events, the newest first. Empty where there is no event `pageStart`. */
export async function listEvents(
  q: Queryable,
  scope: EventScope,
  filter: EventFilter,
  { pageStart, pageSize }: EventPage,
): Promise<EventRow[]> {
  const { text, values } = buildQuery(scope, filter, pageStart);
  const found = text(pageSize);
  const { rows } = await q.query<EventRow>(
    `SELECT ${columns} FROM (
       SELECT f.id, f.published_at FROM (${found}) f ORDER BY f.published_at DESC, f.id DESC LIMIT ${pageSize}
     ) f JOIN registry.events e ON e.id = f.id ORDER BY f.published_at DESC, f.id DESC`,
    values,
  );
  return rows;
}

/** How many events pass the filter. Counts them one by one. */
export async function countEvents(q: Queryable, scope: EventScope, filter: EventFilter): Promise<number> {
  const { text, values } = buildQuery(scope, filter, undefined);
  const found = text(undefined);
  const { rows } = await q.query<{ count: number }>(`SELECT count(*) AS count FROM (${found}) f`, values);
  return rows[0]?.count ?? 0;
}
