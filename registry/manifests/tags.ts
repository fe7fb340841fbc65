import type pg from 'pg';
import { RegistryError } from '../errors.ts';
import type { ManifestFacts } from './manifest-events.ts';
import type { RepositoryName } from '../repositories/names.ts';
import type { Repository } from '../repositories/repositories.ts';

/** What tags are to be put in which repository. */
export interface TagTarget {
  readonly repository: Repository;
  readonly repositoryName: RepositoryName;
  readonly tags: readonly string[];
}

/**
 * Makes tags name a manifest, all of them or none.
 *
 * @returns those that were there already
 * @throws RegistryError DENIED for one that names another manifest, in a repository whose tags are immutable
 */
export async function upsertTags(
  tx: pg.PoolClient,
  { repository, repositoryName, tags }: TagTarget,
  manifestId: number,
  author: string,
): Promise<string[]> {
  // One statement decides, so that of two first pushes of an immutable tag one wins; in order, so that two pushes of the
  // same tags cannot deadlock.
  const { rows } = await tx.query<{ name: string; isNew: boolean }>({
    name: 'registry-upsert-tags',
    text: `INSERT INTO registry.tags (repository_id, name, manifest_id, author)
           SELECT r.id, tag, $3, $4 FROM registry.repositories r, unnest($2::text[]) AS tag
           WHERE r.id = $1 ORDER BY tag COLLATE "C"
           ON CONFLICT (repository_id, name) DO UPDATE
             SET manifest_id = excluded.manifest_id, author = excluded.author, updated_at = now()
             WHERE tags.manifest_id = excluded.manifest_id
                OR NOT (SELECT immutable_tags FROM registry.repositories WHERE id = $1)
           RETURNING name, xmax = 0 AS "isNew"`,
    values: [repository.id, tags, manifestId, author],
  });
  const put = new Set(rows.map(({ name }) => name));
  const refused = tags.find((tag) => !put.has(tag));
  if (refused === undefined) return rows.filter(({ isNew }) => !isNew).map(({ name }) => name);
  throw new RegistryError(
    'DENIED',
    `the tag ${refused} of ${repositoryName.full} is there already, and the tags of this repository are immutable: push under another tag`,
    { detail: { tag: refused } },
  );
}

/** A tag that is gone, with the manifest that it named. */
export interface RemovedTag extends Omit<ManifestFacts, 'repository'> {
  readonly name: string;
}

// A limit that is set on a repository with far more tags is reached over several pushes.
const maxRemovedTags = 1_000;

/**
 * Takes away the tags that were pushed longest ago, where a repository has more than its limit (MSR, `tagLimit`: first
 * in, first out; 0: no limit). Repositories whose tags are immutable have no limit.
 *
 * @param pushed the tags that have just been pushed, which stay whatever the limit
 */
export async function enforceTagLimit(
  tx: pg.PoolClient,
  { id, tagLimit }: Repository,
  pushed: readonly string[],
): Promise<RemovedTag[]> {
  if (tagLimit === 0) return [];
  const { rows } = await tx.query<RemovedTag>(
    `DELETE FROM registry.tags t USING registry.manifests m, registry.repositories r
     WHERE t.repository_id = $1 AND m.id = t.manifest_id AND r.id = $1 AND NOT r.immutable_tags AND t.name IN (
       SELECT name FROM registry.tags WHERE repository_id = $1 AND name <> ALL ($3)
       ORDER BY updated_at DESC, name DESC OFFSET greatest($2 - cardinality($3), 0) LIMIT $4)
     RETURNING t.name, m.digest, m.os, m.architecture`,
    [id, tagLimit, pushed, maxRemovedTags],
  );
  return rows;
}
