import type pg from 'pg';
import { type Exchange, type RepositoryExchange, sendJson } from './exchange.ts';
import { formatNextLink, parsePage } from './paging.ts';
import { findRepository, repositoryUnknown } from './repositories.ts';

/** `GET /v2/<name>/tags/list`: tags in ASCII order (OCI distribution specification, "Listing Tags"). */
export async function listTags(pool: pg.Pool, exchange: RepositoryExchange): Promise<void> {
  const { repository: name } = exchange;
  const { limit, last } = parsePage(exchange.query);
  const repository = await findRepository(pool, name);
  if (!repository) throw repositoryUnknown(name);
  const { rows } = await pool.query<{ name: string }>({
    name: 'registry-list-tags',
    text: 'SELECT name FROM registry.tags WHERE repository_id = $1 AND name > $2 ORDER BY name LIMIT $3',
    values: [repository.id, last, limit === 0 ? 0 : limit + 1],
  });
  const tags = rows.slice(0, limit).map((row) => row.name);
  sendJson(exchange, { name: name.full, tags }, nextPage(`/v2/${name.full}/tags/list`, limit, rows.length, tags));
}

/**
 * `GET /v2/_catalog`: names of all repositories, ordered by namespace and then by name, which is the order that the
 * database has an index for.
 */
export async function listCatalog(pool: pg.Pool, exchange: Exchange): Promise<void> {
  const { limit, last } = parsePage(exchange.query);
  const slash = last.indexOf('/');
  const after = slash < 0 ? [last, ''] : [last.slice(0, slash), last.slice(slash + 1)];
  const { rows } = await pool.query<{ name: string }>({
    name: 'registry-list-catalog',
    text: `SELECT namespace || '/' || name AS name FROM registry.repositories
           WHERE (namespace, name) > ($1, $2) ORDER BY namespace, repositories.name LIMIT $3`,
    values: [...after, limit === 0 ? 0 : limit + 1],
  });
  const repositories = rows.slice(0, limit).map((row) => row.name);
  sendJson(exchange, { repositories }, nextPage('/v2/_catalog', limit, rows.length, repositories));
}

function nextPage(path: string, limit: number, found: number, entries: readonly string[]): Record<string, string> {
  const last = entries.at(-1);
  return last !== undefined && found > limit ? { Link: formatNextLink(path, limit, last) } : {};
}
