import type pg from 'pg';
import { withTransaction } from '../database/transaction.ts';
import { recordEvents } from '../jobs/events.ts';
import { RegistryError } from './errors.ts';
import type { Platform } from './image-platform.ts';
import { type EventContext, manifestPushed, tagPushed } from './manifest-events.ts';
import type { RepositoryName } from './names.ts';
import type { Descriptor, Manifest } from './parse-manifest.ts';
import type { Repository } from './repositories.ts';

/** A manifest to be stored. */
export interface NewManifest {
  readonly repositoryName: RepositoryName;
  readonly repository: Repository;
  readonly digest: string;
  /** Undefined for one that is put by digest. */
  readonly tag: string | undefined;
  readonly manifest: Manifest;
  readonly payload: Buffer;
  readonly platform: Platform;
}

/**
 * Stores a manifest, its tag, its events and the jobs that they cause, in one transaction. Every blob and child that it
 * names is locked before it is named, so that it cannot be collected or deleted in between.
 *
 * @returns how many jobs were queued; if any, the caller wakes the dispatcher
 * @throws RegistryError MANIFEST_BLOB_UNKNOWN; MANIFEST_INVALID for a descriptor whose size is not the blob's; DENIED
 *   (403) for a tag that is immutable, and for an index where the repository does not take any
 */
export async function putManifest(pool: pg.Pool, input: NewManifest, context: EventContext): Promise<number> {
  const { manifest, repository, repositoryName } = input;
  if (manifest.kind === 'index' && !repository.enableManifestLists) {
    throw new RegistryError(
      'DENIED',
      `the repository ${repositoryName.full} takes no manifest lists: enable them first`,
    );
  }
  return withTransaction(pool, async (tx) => {
    const blobIds = await lockBlobs(tx, input);
    const childIds = await lockChildren(tx, input);
    const manifestId = await insertManifest(tx, input, context.actor);
    await insertReferences(tx, manifestId, blobIds, childIds);
    const facts = { repository: repositoryName, digest: input.digest, ...input.platform };
    const events = [manifestPushed(facts, context)];
    if (input.tag !== undefined) {
      await upsertTag(tx, input, input.tag, manifestId, context.actor);
      events.push(tagPushed(facts, input.tag, context));
    }
    return recordEvents(tx, events);
  });
}

async function lockBlobs(tx: pg.PoolClient, { manifest, repository, repositoryName }: NewManifest): Promise<number[]> {
  const wanted = [...manifest.requiredBlobs, ...manifest.optionalBlobs];
  if (wanted.length === 0) return [];
  // The lock on the link keeps DELETE of the blob from taking it out of the repository meanwhile.
  const { rows } = await tx.query<{ id: number; digest: string; sizeBytes: number }>({
    name: 'registry-lock-blobs',
    text: `SELECT b.id, b.digest, b.size_bytes AS "sizeBytes"
           FROM registry.blobs b JOIN registry.repository_blobs rb ON rb.blob_id = b.id
           WHERE rb.repository_id = $1 AND b.digest = ANY ($2)
           ORDER BY b.id FOR KEY SHARE OF b, rb`,
    values: [repository.id, wanted.map(({ digest }) => digest)],
  });
  const found = new Map(rows.map((row) => [row.digest, row.sizeBytes]));
  for (const blob of manifest.requiredBlobs) {
    if (!found.has(blob.digest)) throw missing('blob', blob.digest, repositoryName, 'upload or mount it first');
  }
  for (const blob of wanted) assertSize(blob, found.get(blob.digest));
  return rows.map(({ id }) => id);
}

function assertSize(blob: Descriptor, sizeBytes: number | undefined): void {
  if (sizeBytes === undefined || sizeBytes === blob.sizeBytes) return;
  throw new RegistryError(
    'MANIFEST_INVALID',
    `the manifest cannot be stored: it says that ${blob.digest} has ${blob.sizeBytes} bytes, but the blob has ${sizeBytes}`,
    { detail: { digest: blob.digest, declared: blob.sizeBytes, actual: sizeBytes } },
  );
}

async function lockChildren(
  tx: pg.PoolClient,
  { manifest, repository, repositoryName }: NewManifest,
): Promise<number[]> {
  if (manifest.children.length === 0) return [];
  const { rows } = await tx.query<{ id: number; digest: string }>(
    `SELECT id, digest FROM registry.manifests WHERE repository_id = $1 AND digest = ANY ($2) ORDER BY id FOR KEY SHARE`,
    [repository.id, manifest.children],
  );
  const found = new Set(rows.map(({ digest }) => digest));
  const absent = manifest.children.find((digest) => !found.has(digest));
  if (absent !== undefined) throw missing('manifest', absent, repositoryName, 'push it first');
  return rows.map(({ id }) => id);
}

function missing(what: 'blob' | 'manifest', digest: string, name: RepositoryName, remedy: string): RegistryError {
  return new RegistryError(
    'MANIFEST_BLOB_UNKNOWN',
    `the manifest names the ${what} ${digest}, which the repository ${name.full} does not have: ${remedy}`,
    { detail: { digest } },
  );
}

async function insertManifest(tx: pg.PoolClient, input: NewManifest, author: string): Promise<number> {
  const { manifest, repository, digest, platform } = input;
  for (;;) {
    const { rows: inserted } = await tx.query<{ id: number }>({
      name: 'registry-insert-manifest',
      text: `INSERT INTO registry.manifests
               (repository_id, digest, media_type, artifact_type, subject_digest, config_digest, config_media_type,
                os, architecture, payload, image_size_bytes, pushed_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
             ON CONFLICT (repository_id, digest) DO NOTHING RETURNING id`,
      values: [
        repository.id,
        digest,
        manifest.mediaType,
        manifest.artifactType,
        manifest.subject?.digest,
        manifest.config?.digest,
        manifest.config?.mediaType,
        platform.os,
        platform.architecture,
        input.payload,
        manifest.imageSizeBytes,
        author,
      ],
    });
    const { rows: existing } = inserted[0]
      ? { rows: inserted }
      : await tx.query<{ id: number }>(
          'SELECT id FROM registry.manifests WHERE repository_id = $1 AND digest = $2 FOR KEY SHARE',
          [repository.id, digest],
        );
    // Neither: it was deleted between the two statements.
    if (existing[0]) return existing[0].id;
  }
}

async function insertReferences(
  tx: pg.PoolClient,
  manifestId: number,
  blobIds: readonly number[],
  childIds: readonly number[],
): Promise<void> {
  if (blobIds.length > 0) {
    await tx.query({
      name: 'registry-insert-manifest-blobs',
      text: `INSERT INTO registry.manifest_blobs (manifest_id, blob_id)
             SELECT $1, id FROM unnest($2::bigint[]) AS id ON CONFLICT DO NOTHING`,
      values: [manifestId, blobIds],
    });
  }
  if (childIds.length > 0) {
    await tx.query(
      `INSERT INTO registry.manifest_children (parent_id, child_id)
       SELECT $1, id FROM unnest($2::bigint[]) AS id ON CONFLICT DO NOTHING`,
      [manifestId, childIds],
    );
  }
}

async function upsertTag(
  tx: pg.PoolClient,
  { repository, repositoryName }: NewManifest,
  tag: string,
  manifestId: number,
  author: string,
): Promise<void> {
  // One statement decides, so that of two first pushes of an immutable tag one wins.
  const { rowCount } = await tx.query({
    name: 'registry-upsert-tag',
    text: `INSERT INTO registry.tags (repository_id, name, manifest_id, author)
           SELECT r.id, $2, $3, $4 FROM registry.repositories r WHERE r.id = $1
           ON CONFLICT (repository_id, name) DO UPDATE
             SET manifest_id = excluded.manifest_id, author = excluded.author, updated_at = now()
             WHERE tags.manifest_id = excluded.manifest_id
                OR NOT (SELECT immutable_tags FROM registry.repositories WHERE id = $1)
           RETURNING name`,
    values: [repository.id, tag, manifestId, author],
  });
  if (rowCount === 1) return;
  throw new RegistryError(
    'DENIED',
    `the tag ${tag} of ${repositoryName.full} is there already, and the tags of this repository are immutable: push under another tag, or delete this one first`,
    { detail: { tag } },
  );
}
