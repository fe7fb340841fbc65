import type pg from 'pg';
import type { Queryable } from '../../database/pool.ts';
import { withTransaction } from '../../database/transaction.ts';
import { recordEvents } from '../../events/events.ts';
import { RegistryError } from '../errors.ts';
import { findImmutableTag, ImmutableTagError } from './immutable-tags.ts';
import type { Platform } from './image-platform.ts';
import { type EventContext, manifestDeleted, tagDeleted } from './manifest-events.ts';
import type { RepositoryName } from '../repositories/names.ts';
import { assertWritable } from '../read-only.ts';

/** A manifest as it is answered. */
export interface StoredManifest extends Platform {
  readonly repositoryId: number;
  readonly manifestId: number;
  readonly digest: string;
  readonly mediaType: string;
  readonly payload: Buffer;
  /** Until then (`performance.now()`) its review is so far off that a lease need not be written. */
  readonly leasedUntilMs: number;
}

// A tenth of the lease is given up, so that most of a client's many HEAD requests write nothing.
const storedColumns = `r.id AS "repositoryId", m.id AS "manifestId", m.digest, m.media_type AS "mediaType", m.payload,
  m.os, m.architecture,
  coalesce(extract(epoch FROM v.review_after - now() - 0.9 * s.blob_lease) * 1000, 0)::float8 AS "leasedForMs"`;
const withReview = `LEFT JOIN registry.manifest_reviews v ON v.manifest_id = m.id CROSS JOIN registry.gc_settings s`;

interface StoredRow extends Omit<StoredManifest, 'leasedUntilMs'> {
  readonly leasedForMs: number;
}

async function findStored(db: Queryable, query: pg.QueryConfig): Promise<StoredManifest | undefined> {
  const askedAtMs = performance.now();
  const { rows } = await db.query<StoredRow>(query);
  const [row] = rows;
  if (!row) return undefined;
  const { leasedForMs, ...manifest } = row;
  return { ...manifest, leasedUntilMs: askedAtMs + leasedForMs };
}

/** Finds a manifest by its digest, or undefined. */
export async function findManifestByDigest(
  db: Queryable,
  repository: RepositoryName,
  digest: string,
): Promise<StoredManifest | undefined> {
  return findStored(db, {
    name: 'registry-find-manifest-by-digest',
    text: `SELECT ${storedColumns}
           FROM registry.repositories r JOIN registry.manifests m ON m.repository_id = r.id ${withReview}
           WHERE r.namespace = $1 AND r.name = $2 AND m.digest = $3`,
    values: [repository.namespace, repository.name, digest],
  });
}

/** Finds the manifest that a tag names, or undefined. */
export async function findManifestByTag(
  db: Queryable,
  repository: RepositoryName,
  tag: string,
): Promise<StoredManifest | undefined> {
  return findStored(db, {
    name: 'registry-find-manifest-by-tag',
    text: `SELECT ${storedColumns}
           FROM registry.repositories r
           JOIN registry.tags t ON t.repository_id = r.id
           JOIN registry.manifests m ON m.id = t.manifest_id ${withReview}
           WHERE r.namespace = $1 AND r.name = $2 AND t.name = $3`,
    values: [repository.namespace, repository.name, tag],
  });
}

/** What a deletion brought about. */
export interface Deletion {
  /** How many jobs were queued; if any, the caller wakes the dispatcher. */
  readonly jobs: number;
  /** The tags that are gone. */
  readonly tags: readonly string[];
}

interface DeletedRow extends Platform {
  readonly digest: string;
}

/** Whether a tag is deleted although it is immutable, which the caller has made sure that somebody may say. */
export interface DeleteTagOptions {
  readonly force?: boolean;
}

/**
 * Deletes a tag and leaves its manifest.
 *
 * @throws RegistryError MANIFEST_UNKNOWN; ImmutableTagError, unless it is forced; ReadOnlyError
 */
export async function deleteTag(
  pool: pg.Pool,
  repository: RepositoryName,
  tag: string,
  context: EventContext,
  { force = false }: DeleteTagOptions = {},
): Promise<Deletion> {
  return withTransaction(pool, async (tx) => {
    await assertWritable(tx);
    // Locked by a statement of its own, so that the next one sees what the tag names by now.
    const { rows: tags } = await tx.query<{ repositoryId: number; isImmutable: boolean }>(
      `SELECT r.id AS "repositoryId", r.immutable_tags AS "isImmutable"
       FROM registry.repositories r JOIN registry.tags t ON t.repository_id = r.id
       WHERE r.namespace = $1 AND r.name = $2 AND t.name = $3 FOR UPDATE OF t`,
      [repository.namespace, repository.name, tag],
    );
    const found = tags[0];
    if (found?.isImmutable && !force) throw new ImmutableTagError(repository, tag);
    const { rows } = await tx.query<DeletedRow>(
      `DELETE FROM registry.tags t USING registry.manifests m
       WHERE t.repository_id = $1 AND t.name = $2 AND m.id = t.manifest_id RETURNING m.digest, m.os, m.architecture`,
      [found?.repositoryId ?? null, tag],
    );
    const manifest = rows[0];
    if (!manifest) throw manifestUnknown(repository, tag);
    const jobs = await recordEvents(tx, [tagDeleted({ repository, ...manifest }, tag, context)]);
    return { jobs, tags: [tag] };
  });
}

/**
 * Deletes a manifest with its tags. Its blobs are left to garbage collection.
 *
 * @throws RegistryError MANIFEST_UNKNOWN; ImmutableTagError where an immutable tag names it, or an index that it is in;
 *   ReadOnlyError
 */
export async function deleteManifest(
  pool: pg.Pool,
  repository: RepositoryName,
  digest: string,
  context: EventContext,
): Promise<Deletion> {
  return withTransaction(pool, async (tx) => {
    await assertWritable(tx);
    // Locked by a statement of its own, so that the next one sees every tag that was put meanwhile.
    const { rows } = await tx.query<DeletedRow & { id: number }>(
      `SELECT m.id, m.digest, m.os, m.architecture
       FROM registry.manifests m JOIN registry.repositories r ON r.id = m.repository_id
       WHERE r.namespace = $1 AND r.name = $2 AND m.digest = $3 FOR UPDATE OF m`,
      [repository.namespace, repository.name, digest],
    );
    const manifest = rows[0];
    if (!manifest) throw manifestUnknown(repository, digest);
    const immutable = await findImmutableTag(tx, manifest.id);
    if (immutable !== undefined) throw new ImmutableTagError(repository, immutable, digest);
    const { rows: tags } = await tx.query<{ name: string }>(
      'DELETE FROM registry.tags WHERE manifest_id = $1 RETURNING name',
      [manifest.id],
    );
    // An index that names it goes on naming it: a manifest that is pushed again finds its way back. Locked, because an
    // index may be on its way out as well: this waits for who deletes it, and then passes it over.
    await tx.query(
      `INSERT INTO registry.manifest_absences (repository_id, digest, kind, manifest_id)
       SELECT p.repository_id, $2, 'manifest', p.id FROM (
         SELECT i.id, i.repository_id FROM registry.manifest_children c JOIN registry.manifests i ON i.id = c.parent_id
         WHERE c.child_id = $1 AND c.parent_id <> $1 ORDER BY i.id FOR KEY SHARE OF i) p
       ON CONFLICT DO NOTHING`,
      [manifest.id, manifest.digest],
    );
    await tx.query('DELETE FROM registry.manifests WHERE id = $1', [manifest.id]);
    const facts = { repository, digest: manifest.digest, os: manifest.os, architecture: manifest.architecture };
    const jobs = await recordEvents(tx, [
      ...tags.map(({ name }) => tagDeleted(facts, name, context)),
      manifestDeleted(facts, context),
    ]);
    return { jobs, tags: tags.map(({ name }) => name) };
  });
}

/** The error for a tag or a manifest that a repository does not have. */
export function manifestUnknown(repository: RepositoryName, reference: string): RegistryError {
  const shown = reference.slice(0, 160);
  const what = reference.includes(':') ? 'manifest' : 'tag';
  return new RegistryError('MANIFEST_UNKNOWN', `the repository ${repository.full} has no ${what} ${shown}`, {
    detail: { reference: shown },
  });
}
