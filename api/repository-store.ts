import type pg from 'pg';
import type { Queryable } from '../database/pool.ts';

/** A repository as the API shows it (SW27 responses.Repository). */
export interface RepositoryRow {
  readonly id: string;
  readonly namespace: string;
  readonly namespaceType: 'user' | 'organization';
  readonly name: string;
  readonly shortDescription: string;
  readonly longDescription: string;
  readonly visibility: 'public' | 'private';
  readonly scanOnPush: boolean;
  readonly immutableTags: boolean;
  readonly enableManifestLists: boolean;
  readonly tagLimit: number;
  readonly pulls: number;
  readonly pushes: number;
}

const select = `SELECT r.public_id AS id, r.namespace,
    CASE WHEN a.is_org THEN 'organization' ELSE 'user' END AS "namespaceType", r.name,
    r.short_description AS "shortDescription", r.long_description AS "longDescription", r.visibility,
    r.scan_on_push AS "scanOnPush", r.immutable_tags AS "immutableTags",
    r.enable_manifest_lists AS "enableManifestLists", r.tag_limit AS "tagLimit", r.pulls, r.pushes
  FROM registry.repositories r JOIN accounts.accounts a ON a.name = r.namespace`;

/** Whose repositories are seen: everybody's, or the public ones and those of one namespace. */
export interface Viewer {
  readonly name: string;
  readonly isAdmin: boolean;
}

export interface RepositoryPage {
  readonly namespace?: string | undefined;
  /** Id of the first repository to give; undefined: from the beginning. */
  readonly pageStart?: string | undefined;
  readonly pageSize: number;
}

const isVisible = `($1 OR r.visibility = 'public' OR r.namespace = $2)`;

/** Repositories that the viewer may see, by namespace and name. */
export async function listRepositories(q: Queryable, viewer: Viewer, page: RepositoryPage): Promise<RepositoryRow[]> {
  const { rows } = await q.query<RepositoryRow>(
    `${select}
     WHERE ${isVisible} AND ($3::text IS NULL OR r.namespace = $3)
       AND ($4::uuid IS NULL OR (r.namespace, r.name) >=
            (SELECT s.namespace, s.name FROM registry.repositories s WHERE s.public_id = $4))
     ORDER BY r.namespace, r.name LIMIT $5`,
    [viewer.isAdmin, viewer.name, page.namespace ?? null, page.pageStart ?? null, page.pageSize],
  );
  return rows;
}

/** How many repositories the viewer may see. */
export async function countRepositories(q: Queryable, viewer: Viewer, namespace?: string): Promise<number> {
  const { rows } = await q.query<{ count: number }>(
    `SELECT count(*) AS count FROM registry.repositories r WHERE ${isVisible} AND ($3::text IS NULL OR r.namespace = $3)`,
    [viewer.isAdmin, viewer.name, namespace ?? null],
  );
  return rows[0]?.count ?? 0;
}

/** One repository, or undefined. */
export async function findRepository(
  q: Queryable,
  namespace: string,
  name: string,
): Promise<RepositoryRow | undefined> {
  const { rows } = await q.query<RepositoryRow>(`${select} WHERE r.namespace = $1 AND r.name = $2`, [namespace, name]);
  return rows[0];
}

export type NewRepository = Omit<RepositoryRow, 'id' | 'namespaceType' | 'pulls' | 'pushes'>;

/** Makes a repository; the namespace must exist. Undefined where there is one of that name already. */
export async function insertRepository(pool: pg.Pool, repository: NewRepository): Promise<RepositoryRow | undefined> {
  const { rowCount } = await pool.query(
    `INSERT INTO registry.repositories (namespace, name, visibility, short_description, long_description, scan_on_push,
                                        immutable_tags, enable_manifest_lists, tag_limit)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (namespace, name) DO NOTHING`,
    [
      repository.namespace,
      repository.name,
      repository.visibility,
      repository.shortDescription,
      repository.longDescription,
      repository.scanOnPush,
      repository.immutableTags,
      repository.enableManifestLists,
      repository.tagLimit,
    ],
  );
  return rowCount === 1 ? findRepository(pool, repository.namespace, repository.name) : undefined;
}
