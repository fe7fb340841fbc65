import type { Queryable } from '../../database/pool.ts';

/** A manifest as the API shows it (DTR 2.7 API, responses.Manifest). */
export interface ManifestView {
  readonly digest: string;
  readonly mediaType: string;
  readonly os: string;
  readonly architecture: string;
  readonly author: string;
  readonly configDigest: string;
  readonly configMediaType: string;
  /** Of config and layers, in bytes, as the manifest declares them. */
  readonly size: number;
  readonly createdAt: Date;
}

/** A tag with the manifest that it names, or with one of those in the index that it names. */
export interface TagRow {
  readonly name: string;
  readonly author: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly manifest: ManifestView;
}

interface FlatRow extends Omit<ManifestView, 'author' | 'createdAt'>, Omit<TagRow, 'manifest'> {
  readonly manifestAuthor: string;
  readonly manifestCreatedAt: Date;
}

// RFC 6838, section 4.2, has at most 255 characters in a media type; a manifest may have as many as it likes.
const columns = `t.name, t.author, t.created_at AS "createdAt", t.updated_at AS "updatedAt", m.digest,
  m.media_type AS "mediaType", m.os, m.architecture, m.pushed_by AS "manifestAuthor",
  coalesce(m.config_digest, '') AS "configDigest", left(coalesce(m.config_media_type, ''), 255) AS "configMediaType",
  m.image_size_bytes AS size, m.created_at AS "manifestCreatedAt"`;

const repositoryId = '(SELECT id FROM registry.repositories WHERE namespace = $1 AND name = $2)';

function toTag({
  name,
  author,
  createdAt,
  updatedAt,
  manifestAuthor,
  manifestCreatedAt,
  ...manifest
}: FlatRow): TagRow {
  const shown = { ...manifest, author: manifestAuthor, createdAt: manifestCreatedAt };
  return { name, author, createdAt, updatedAt, manifest: shown };
}

/** A repository, by the names in a path. */
export interface TagsOf {
  readonly namespace: string;
  readonly reponame: string;
}

/** A page of the tags of a repository, in ASCII order, from the one of the name `pageStart` on. */
export async function listTags(
  q: Queryable,
  { namespace, reponame }: TagsOf,
  page: { readonly pageStart: string; readonly pageSize: number },
): Promise<TagRow[]> {
  const { rows: repositories } = await q.query<{ id: number }>(`SELECT ${repositoryId} AS id`, [namespace, reponame]);
  // The id as a value, because PostgreSQL knows then how many tags there are, and cut before the manifests are looked up:
  // otherwise it may sort all tags to get a page of them. Without a name, so that it knows how long a page is.
  const { rows } = await q.query<FlatRow>(
    `SELECT ${columns} FROM (
       SELECT * FROM registry.tags WHERE repository_id = $1 AND name >= $2 ORDER BY name LIMIT $3) t
     JOIN registry.manifests m ON m.id = t.manifest_id ORDER BY t.name`,
    [repositories[0]?.id ?? null, page.pageStart, page.pageSize],
  );
  return rows.map(toTag);
}

/** How many tags a repository has. */
export async function countTags(q: Queryable, { namespace, reponame }: TagsOf): Promise<number> {
  const { rows } = await q.query<{ count: number }>(
    `SELECT count(*) AS count FROM registry.tags WHERE repository_id = ${repositoryId}`,
    [namespace, reponame],
  );
  return rows[0]?.count ?? 0;
}

// An index has few manifests, and a manifest few tags; what is beyond that is not shown.
const maxRows = 1_000;

/** Of which platforms manifests are wanted; undefined: of any. */
export interface PlatformFilter {
  readonly os?: string | undefined;
  readonly arch?: string | undefined;
}

/**
 * What a tag names, or the tags that name the manifest of a digest; of an index, one entry for each manifest in it (DTR
 * 2.7 API, ListRepoTag). The most is 1,000. Undefined where the repository has no such tag or manifest.
 */
export async function findTag(
  q: Queryable,
  { namespace, reponame }: TagsOf,
  reference: string,
  { os, arch }: PlatformFilter,
): Promise<TagRow[] | undefined> {
  const isDigest = reference.includes(':');
  const target = isDigest
    ? `SELECT id FROM registry.manifests WHERE repository_id = ${repositoryId} AND digest = $3`
    : `SELECT manifest_id FROM registry.tags WHERE repository_id = ${repositoryId} AND name = $3`;
  const { rows } = await q.query<FlatRow>(
    `SELECT ${columns} FROM registry.tags t
     LEFT JOIN registry.manifest_children c ON c.parent_id = t.manifest_id
     JOIN registry.manifests m ON m.id = coalesce(c.child_id, t.manifest_id)
     WHERE t.repository_id = ${repositoryId} AND ${isDigest ? `t.manifest_id = (${target})` : 't.name = $3'}
       AND ($4::text IS NULL OR m.os = $4) AND ($5::text IS NULL OR m.architecture = $5)
     ORDER BY t.name, m.os, m.architecture, m.digest LIMIT $6`,
    [namespace, reponame, reference, os ?? null, arch ?? null, maxRows],
  );
  if (rows.length > 0) return rows.map(toTag);
  const { rowCount } = await q.query(target, [namespace, reponame, reference]);
  return rowCount === 0 ? undefined : [];
}
