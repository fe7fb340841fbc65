import type { Queryable } from '../../database/pool.ts';
import type { ManifestView, TagsOf } from './tag-store.ts';

const repositoryId = '(SELECT id FROM registry.repositories WHERE namespace = $1 AND name = $2)';

/** A page of the manifests of a repository, those without a tag as well, by digest from `pageStart` on. */
export async function listManifests(
  q: Queryable,
  { namespace, reponame }: TagsOf,
  page: { readonly pageStart: string; readonly pageSize: number },
): Promise<ManifestView[]> {
  const { rows } = await q.query<ManifestView>(
    `SELECT digest, media_type AS "mediaType", os, architecture, pushed_by AS author,
       coalesce(config_digest, '') AS "configDigest", left(coalesce(config_media_type, ''), 255) AS "configMediaType",
       image_size_bytes AS size, created_at AS "createdAt"
     FROM registry.manifests WHERE repository_id = ${repositoryId} AND digest >= $3 ORDER BY digest LIMIT $4`,
    [namespace, reponame, page.pageStart, page.pageSize],
  );
  return rows;
}

/** How many manifests a repository has. */
export async function countManifests(q: Queryable, { namespace, reponame }: TagsOf): Promise<number> {
  const { rows } = await q.query<{ count: number }>(
    `SELECT count(*) AS count FROM registry.manifests WHERE repository_id = ${repositoryId}`,
    [namespace, reponame],
  );
  return rows[0]?.count ?? 0;
}

/** The digest of the manifest that a tag names, or undefined. */
export async function findTaggedDigest(
  q: Queryable,
  { namespace, reponame }: TagsOf,
  tag: string,
): Promise<string | undefined> {
  const { rows } = await q.query<{ digest: string }>(
    `SELECT m.digest FROM registry.tags t JOIN registry.manifests m ON m.id = t.manifest_id
     WHERE t.repository_id = ${repositoryId} AND t.name = $3`,
    [namespace, reponame, tag],
  );
  return rows[0]?.digest;
}
