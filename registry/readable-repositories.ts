import type { Queryable } from '../database/pool.ts';
import type { RepositoryName } from './names.ts';

/**
 * Finds the namespaces in which an account may read every repository. What is public may be read by everybody besides.
 * The argument is an account name, empty for nobody.
 */
export type FindReadableNamespaces = (subject: string) => Promise<'all' | readonly string[]>;

/** Whether an account may read a repository, which need not exist. */
export async function isReadable(
  db: Queryable,
  namespaces: 'all' | readonly string[],
  { namespace, name }: RepositoryName,
): Promise<boolean> {
  if (namespaces === 'all' || namespaces.includes(namespace)) return true;
  const { rowCount } = await db.query(
    `SELECT FROM registry.repositories WHERE namespace = $1 AND name = $2 AND visibility = 'public'`,
    [namespace, name],
  );
  return rowCount === 1;
}

// Where a blob is in very many repositories, these are looked at; a mount that finds none is an ordinary upload.
const maxCandidates = 1_000;

/** Finds a repository that has a blob and that an account may read, or undefined. */
export async function findReadableSource(
  db: Queryable,
  namespaces: 'all' | readonly string[],
  digest: string,
): Promise<RepositoryName | undefined> {
  const { rows } = await db.query<RepositoryName>({
    name: 'registry-find-readable-source',
    text: `SELECT r.namespace, r.name, r.namespace || '/' || r.name AS full
           FROM (SELECT rb.repository_id FROM registry.repository_blobs rb JOIN registry.blobs b ON b.id = rb.blob_id
                 WHERE b.digest = $1 LIMIT $4) candidates
           JOIN registry.repositories r ON r.id = candidates.repository_id
           WHERE $2 OR r.namespace = ANY ($3) OR r.visibility = 'public' LIMIT 1`,
    values: [digest, namespaces === 'all', namespaces === 'all' ? [] : namespaces, maxCandidates],
  });
  return rows[0];
}

/** A stretch of the catalog. */
export interface CatalogPage {
  readonly limit: number;
  /** `namespace/name`: repositories after it. */
  readonly last: string;
}

/**
 * Lists the names of repositories that an account may read, ordered by namespace and then by name, which is the order
 * that the database has indexes for: the cost is that of the page, however many other repositories there are.
 */
export async function listReadable(
  db: Queryable,
  namespaces: 'all' | readonly string[],
  { limit, last }: CatalogPage,
): Promise<string[]> {
  const slash = last.indexOf('/');
  const after = slash < 0 ? [last, ''] : [last.slice(0, slash), last.slice(slash + 1)];
  const page = `(namespace, name) > ($1, $2) ORDER BY namespace, name LIMIT $3`;
  const { rows } =
    namespaces === 'all'
      ? await db.query<{ namespace: string; name: string }>({
          name: 'registry-list-catalog',
          text: `SELECT namespace, name FROM registry.repositories WHERE ${page}`,
          values: [...after, limit],
        })
      : await db.query<{ namespace: string; name: string }>({
          name: 'registry-list-readable',
          text: `SELECT namespace, name FROM (
                   (SELECT namespace, name FROM registry.repositories WHERE namespace = ANY ($4) AND ${page})
                   UNION
                   (SELECT namespace, name FROM registry.repositories WHERE visibility = 'public' AND ${page})
                 ) readable ORDER BY namespace, name LIMIT $3`,
          values: [...after, limit, namespaces],
        });
  return rows.map(({ namespace, name }) => `${namespace}/${name}`);
}
