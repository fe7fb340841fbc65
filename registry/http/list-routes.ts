import type pg from 'pg';
import type { Queryable } from '../../database/pool.ts';
import { type Exchange, type RepositoryExchange, sendJson } from './exchange.ts';
import { formatNextLink, parsePage } from './paging.ts';
import { type FindReadableRepositories, listReadable } from '../repositories/readable-repositories.ts';
import { findRepository, repositoryUnknown } from '../repositories/repositories.ts';

/** `GET /v2/<name>/tags/list`: tags in ASCII order (OCI distribution specification, "Listing Tags"). */
export async function listTags(pool: pg.Pool, exchange: RepositoryExchange): Promise<void> {
  const { repository: name } = exchange;
  const { limit, last } = parsePage(exchange.query);
  const repository = await findRepository(pool, name);
  if (!repository) throw repositoryUnknown(name);
  const found = limit === 0 ? [] : await findTags(pool, repository.id, last, limit + 1);
  const tags = found.slice(0, limit);
  sendJson(exchange, { name: name.full, tags }, nextPage(`/v2/${name.full}/tags/list`, limit, found.length, tags));
}

/** The names of up to `limit` tags after `last`, in ASCII order. */
export async function findTags(db: Queryable, repositoryId: number, last: string, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ names: string[] | null }>({
    name: 'registry-list-tags',
    // One row with all of them costs a tenth of ten thousand rows.
    text: `SELECT array_agg(name ORDER BY name) AS names FROM (
             SELECT name FROM registry.tags WHERE repository_id = $1 AND name > $2 ORDER BY name LIMIT $3) page`,
    values: [repositoryId, last, limit],
  });
  return rows[0]?.names ?? [];
}

/** `GET /v2/_catalog`: names of the repositories that the caller may read, ordered by namespace and then by name. */
export async function listCatalog(
  pool: pg.Pool,
  findReadable: FindReadableRepositories,
  exchange: Exchange,
): Promise<void> {
  const { limit, last } = parsePage(exchange.query);
  const readable = await findReadable(exchange.claims.subject);
  const slash = last.indexOf('/');
  const from =
    slash < 0 ? { namespace: last, name: '' } : { namespace: last.slice(0, slash), name: last.slice(slash + 1) };
  const found = limit === 0 ? [] : await listReadable(pool, readable, { limit: limit + 1, from, isInclusive: false });
  const repositories = found.slice(0, limit).map(({ namespace, name }) => `${namespace}/${name}`);
  sendJson(exchange, { repositories }, nextPage('/v2/_catalog', limit, found.length, repositories));
}

function nextPage(path: string, limit: number, found: number, entries: readonly string[]): Record<string, string> {
  const last = entries.at(-1);
  return last !== undefined && found > limit ? { Link: formatNextLink(path, limit, last) } : {};
}
