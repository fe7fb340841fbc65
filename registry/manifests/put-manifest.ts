import type pg from 'pg';
import { withTransaction } from '../../database/transaction.ts';
import { recordEvents } from '../../events/events.ts';
import { type ContentLimits, createContentRoom } from './content-limits.ts';
import { RegistryError } from '../errors.ts';
import type { Platform } from './image-platform.ts';
import { type EventContext, manifestPushed, tagDeleted, tagPushed } from './manifest-events.ts';
import { keepManifest } from './manifest-leases.ts';
import { insertReferences, lockReferences } from './manifest-references.ts';
import type { RepositoryName } from '../repositories/names.ts';
import type { Manifest } from './parse-manifest.ts';
import type { Repository } from '../repositories/repositories.ts';
import { enforceTagLimit, upsertTags } from './tags.ts';

/** A manifest to be stored. */
export interface NewManifest {
  readonly repositoryName: RepositoryName;
  readonly repository: Repository;
  readonly digest: string;
  /** The tags that it is put under; none for one that is put by digest alone. */
  readonly tags: readonly string[];
  readonly manifest: Manifest;
  readonly payload: Buffer;
  readonly platform: Platform;
  /** Whether it may name what the repository does not have. */
  readonly acceptsSparse: boolean;
}

/** What putting a manifest brought about. */
export interface PutResult {
  /** How many jobs were queued; if any, the caller wakes the dispatcher. */
  readonly jobs: number;
  /** Tags that named something else before, and those that the repository's tag limit took away. */
  readonly changedTags: readonly string[];
}

/**
 * Stores a manifest, its tags, its events and the jobs that they cause, in one transaction. Every blob and child that it
 * names is locked before it is named, so that it cannot be collected or deleted in between.
 *
 * @throws RegistryError MANIFEST_BLOB_UNKNOWN; MANIFEST_INVALID for a descriptor whose size is not the blob's; DENIED
 *   for a tag that is immutable, and for an index where the repository does not take any; LimitReachedError
 */
export async function putManifest(
  pool: pg.Pool,
  input: NewManifest,
  limits: ContentLimits,
  context: EventContext,
): Promise<PutResult> {
  const { manifest, repository, repositoryName, tags, digest } = input;
  if (manifest.kind === 'index' && !repository.enableManifestLists) {
    throw new RegistryError(
      'DENIED',
      `the repository ${repositoryName.full} takes no manifest lists: enable them first`,
    );
  }
  const room = createContentRoom(repositoryName, repository.id, limits);
  return withTransaction(pool, async (tx) => {
    const references = await lockReferences(tx, { ...input, repositoryId: repository.id });
    const { id: manifestId, isNew } = await insertManifest(tx, input, context.actor);
    await insertReferences(tx, manifestId, { digest, repositoryId: repository.id }, references);
    const facts = { repository: repositoryName, digest, ...input.platform };
    const pushed = [manifestPushed(facts, context), ...tags.map((tag) => tagPushed(facts, tag, context))];
    const pushJobs = await recordEvents(tx, pushed);
    if (isNew) await room.assertForManifest(tx);
    if (tags.length === 0) return { jobs: pushJobs, changedTags: [] };
    // Last, because whoever else pushes the same tag waits from here until the commit.
    const moved = await upsertTags(tx, input, manifestId, context.actor);
    const removed = await enforceTagLimit(tx, repository, tags);
    if (moved.length < tags.length) await room.assertForTags(tx, tags.length - moved.length);
    const removals = removed.map(({ name, ...of }) => tagDeleted({ repository: repositoryName, ...of }, name, context));
    return {
      jobs: pushJobs + (removals.length > 0 ? await recordEvents(tx, removals) : 0),
      changedTags: [...moved, ...removed.map(({ name }) => name)],
    };
  });
}

async function insertManifest(
  tx: pg.PoolClient,
  input: NewManifest,
  author: string,
): Promise<{ readonly id: number; readonly isNew: boolean }> {
  const { manifest, repository, digest, platform } = input;
  for (;;) {
    const { rows: inserted } = await tx.query<{ id: number }>({
      name: 'registry-insert-manifest',
      text: `INSERT INTO registry.manifests
               (repository_id, digest, media_type, artifact_type, subject_digest, config_digest, config_media_type,
                annotations, os, architecture, payload, image_size_bytes, pushed_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
             ON CONFLICT (repository_id, digest) DO NOTHING RETURNING id`,
      values: [
        repository.id,
        digest,
        manifest.mediaType,
        manifest.artifactType,
        manifest.subject?.digest,
        manifest.config?.digest,
        manifest.config?.mediaType,
        manifest.subject && manifest.annotations && JSON.stringify(manifest.annotations),
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
    if (!existing[0]) continue;
    const { id } = existing[0];
    // Nothing need name it by the end of this transaction, and no trigger sees that it was pushed again.
    const isNew = inserted.length > 0;
    if (!isNew && input.tags.length === 0) await keepManifest(tx, id);
    return { id, isNew };
  }
}
