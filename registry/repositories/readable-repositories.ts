import type { Queryable } from '../../database/pool.ts';
import type { RepositoryName } from './names.ts';

/**
 * What somebody may read besides what is public: every repository of some namespaces, what some teams are granted, and
 * single repositories.
 */
export interface ReadableRepositories {
  readonly namespaces: readonly string[];
  /** Teams that the rows of `registry.repository_team_access` name. */
  readonly teamIds: readonly string[];
  readonly repositoryIds: readonly number[];
}

/** Finds what an account may read. The argument is an account name, empty for nobody. */
export type FindReadableRepositories = (subject: string) => Promise<'all' | ReadableRepositories>;

/**
 * The condition, in SQL, that somebody may read the repository `r`. It takes four parameters, from the given number on,
 * which are what `readableValues` gives.
 */
export function isReadableSql(firstParameter: number): string {
  const [all, namespaces, teams, ids] = [0, 1, 2, 3].map((offset) => `$${firstParameter + offset}`);
  return `(${all}::boolean OR r.namespace = ANY (${namespaces}::text[]) OR r.visibility = 'public'
    OR r.id = ANY (${ids}::bigint[]) OR EXISTS (
    SELECT FROM registry.repository_team_access g WHERE g.repository_id = r.id AND g.team_id = ANY (${teams}::uuid[])))`;
}

/** The values that `isReadableSql` takes. */
export function readableValues(readable: 'all' | ReadableRepositories): unknown[] {
  if (readable === 'all') return [true, [], [], []];
  return [false, readable.namespaces, readable.teamIds, readable.repositoryIds];
}

/** Whether an account may read a repository. */
export async function isReadable(
  db: Queryable,
  readable: 'all' | ReadableRepositories,
  { namespace, name }: RepositoryName,
): Promise<boolean> {
  if (readable === 'all' || readable.namespaces.includes(namespace)) return true;
  const { rowCount } = await db.query(
    `SELECT FROM registry.repositories r WHERE r.namespace = $1 AND r.name = $2 AND ${isReadableSql(3)}`,
    [namespace, name, ...readableValues(readable)],
  );
  return rowCount === 1;
}

// Where a blob is in very many repositories, these are looked at; a mount that finds none is an ordinary upload.
const maxCandidates = 1_000;

/** Finds a repository that has a blob and that an account may read, or undefined. */
export async function findReadableSource(
  db: Queryable,
  readable: 'all' | ReadableRepositories,
  digest: string,
): Promise<RepositoryName | undefined> {
  const { rows } = await db.query<RepositoryName>({
    name: 'registry-find-readable-source',
    text: `SELECT r.namespace, r.name, r.namespace || '/' || r.name AS full
           FROM (SELECT rb.repository_id FROM registry.repository_blobs rb JOIN registry.blobs b ON b.id = rb.blob_id
                 WHERE b.digest = $1 LIMIT $2) candidates
           JOIN registry.repositories r ON r.id = candidates.repository_id
           WHERE ${isReadableSql(3)} LIMIT 1`,
    values: [digest, maxCandidates, ...readableValues(readable)],
  });
  return rows[0];
}

/** A stretch of the repositories, ordered by namespace and then by name. */
export interface RepositoryPage {
  readonly limit: number;
  /** Where it begins. */
  readonly from: Pick<RepositoryName, 'namespace' | 'name'>;
  /** Whether `from` itself is part of it. */
  readonly isInclusive: boolean;
  /** Undefined: of all namespaces. */
  readonly namespace?: string | undefined;
}

/**
 * Lists repositories that an account may read, ordered by namespace and then by name, which is the order that the
 * database has indexes for: the cost is that of the page and of the grants to the account's teams, however many other
 * repositories there are.
 */
export async function listReadable(
  db: Queryable,
  readable: 'all' | ReadableRepositories,
  { limit, from, isInclusive, namespace }: RepositoryPage,
): Promise<{ readonly id: number; readonly namespace: string; readonly name: string }[]> {
  const page = `(r.namespace, r.name) ${isInclusive ? '>=' : '>'} ($1, $2)
    ${namespace === undefined ? '' : `AND r.namespace = $1`} ORDER BY r.namespace, r.name LIMIT $3`;
  const kind = `${isInclusive ? '-from' : ''}${namespace === undefined ? '' : '-in-namespace'}`;
  const values = [from.namespace, from.name, limit];
  const select = 'SELECT r.id, r.namespace, r.name FROM registry.repositories r';
  const { rows } =
    readable === 'all'
      ? await db.query<{ id: number; namespace: string; name: string }>({
          name: `registry-list-all${kind}`,
          text: `${select} WHERE ${page}`,
          values,
        })
      : await db.query<{ id: number; namespace: string; name: string }>({
          name: `registry-list-readable${kind}`,
          text: `SELECT id, namespace, name FROM (
                   (${select} WHERE r.namespace = ANY ($4) AND ${page})
                   UNION
                   (${select} WHERE r.visibility = 'public' AND ${page})
                   UNION
                   (${select} WHERE r.id IN (SELECT repository_id FROM registry.repository_team_access
                                             WHERE team_id = ANY ($5::uuid[])) AND ${page})
                   UNION
                   (${select} WHERE r.id = ANY ($6::bigint[]) AND ${page})
                 ) readable ORDER BY namespace, name LIMIT $3`,
          values: [...values, readable.namespaces, readable.teamIds, readable.repositoryIds],
        });
  return rows;
}

/** How many repositories an account may read. */
export async function countReadable(
  db: Queryable,
  readable: 'all' | ReadableRepositories,
  namespace: string | undefined,
): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `SELECT count(*) AS count FROM registry.repositories r
     WHERE r.namespace IS NOT NULL AND ($1::text IS NULL OR r.namespace = $1) AND ${isReadableSql(2)}`,
    [namespace ?? null, ...readableValues(readable)],
  );
  return rows[0]?.count ?? 0;
}
