import type { Queryable } from '../../database/pool.ts';
import { isReadableSql, type ReadableRepositories, readableValues } from './readable-repositories.ts';
import { findRepositories, type ListedRepository } from './repository-store.ts';

// A word that very many have costs no more than so many of them, 20 µs each: anybody may search.
const mostLookedAt = 1_000;

/** What is searched for. */
export interface Search {
  readonly text: string;
  /** Undefined: in all. */
  readonly namespace?: string | undefined;
  readonly limit: number;
}

/**
 * Repositories that somebody may read and that have each word of the text in their name or short description, as a word
 * that begins so; by namespace and name. Of very common words the first thousand are looked at, and a thousand of the
 * namespaces that are the caller's.
 */
export async function searchRepositories(
  q: Queryable,
  readable: 'all' | ReadableRepositories,
  { text, namespace, limit }: Search,
): Promise<ListedRepository[]> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length === 0) return [];
  const found = `SELECT r.id, r.namespace, r.name, r.visibility FROM registry.repositories r
    WHERE registry.search_words(r.namespace, r.name, r.short_description) @@ to_tsquery('simple', $1)
      AND ($2::text IS NULL OR r.namespace = $2)`;
  const { rows } = await q.query<{ id: number }>(
    `SELECT r.id FROM ((${found} LIMIT $4) UNION (${found} AND r.namespace = ANY ($6::text[]) LIMIT $4)) r
     WHERE ${isReadableSql(5)} ORDER BY r.namespace, r.name LIMIT $3`,
    [words.map((word) => `${word}:*`).join(' & '), namespace ?? null, limit, mostLookedAt, ...readableValues(readable)],
  );
  return findRepositories(
    q,
    rows.map(({ id }) => id),
  );
}
