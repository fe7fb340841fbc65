import type pg from 'pg';
import type { Queryable } from '../../database/pool.ts';
import { type TransactionSource, withTransaction } from '../../database/transaction.ts';
import { deleteRepositoryEvents } from '../../events/prune-events.ts';
import { deleteWebhooksOfRepository } from '../../events/webhook-store.ts';
import { onlinegcMetadataAction } from '../../jobs/actions/onlinegc-metadata.ts';
import { causedJob } from '../../jobs/records/caused-job.ts';
import { enqueueJobs } from '../../jobs/records/enqueue.ts';
import { deleteManifests } from '../collection/collect-manifests.ts';
import { planByIndex } from '../collection/plan-by-index.ts';
import { assertWritable } from '../read-only.ts';

/**
 * Deletes a repository, however much is in it: it loses its name, and with that everything that can be reached by it;
 * the name is free. Grants and webhooks go at once; a job, made in the same transaction, takes the rest away. Gives
 * whether there was one. The caller makes caches forget it and wakes the dispatcher.
 *
 * @param requestedBy account name
 * @throws ReadOnlyError
 */
export async function deleteRepository(
  source: TransactionSource,
  { namespace, name, requestedBy }: { namespace: string; name: string; requestedBy: string },
): Promise<boolean> {
  return withTransaction(source, async (tx) => {
    await assertWritable(tx);
    const { rows } = await tx.query<{ id: number; publicId: string }>(
      `UPDATE registry.repositories SET namespace = NULL, deleted_namespace = namespace, deleted_at = now(),
         visibility = 'private'
       WHERE namespace = $1 AND name = $2 RETURNING id, public_id AS "publicId"`,
      [namespace, name],
    );
    const found = rows[0];
    if (!found) return false;
    await deleteWebhooksOfRepository(tx, namespace, name);
    await tx.query('DELETE FROM registry.repository_team_access WHERE repository_id = $1', [found.id]);
    const parameters = { repositoryID: found.publicId };
    const about = { requestedBy, namespace, repository: `${namespace}/${name}` };
    await enqueueJobs(tx, [causedJob(onlinegcMetadataAction, parameters, about)]);
    return true;
  });
}

/** How much of deleted repositories there is left to take away. */
export async function countDeletedRepositories(
  pool: pg.Pool,
): Promise<{ readonly repositories: number; readonly manifests: number }> {
  const { rows } = await pool.query<{ repositories: number; manifests: number }>(
    `SELECT count(*) AS repositories, coalesce(sum((SELECT count(*) FROM registry.manifests m
       WHERE m.repository_id = r.id)), 0)::bigint AS manifests
     FROM registry.repositories r WHERE r.deleted_at IS NOT NULL`,
  );
  return rows[0] ?? { repositories: 0, manifests: 0 };
}

/** One page of taking deleted repositories away. */
export interface EmptiedPage {
  readonly manifests: number;
  /** Rows of other kinds: tags, links of blobs, uploads, events. */
  readonly others: number;
  /** Repositories that are now gone altogether. */
  readonly repositories: number;
  /** Whether there may be more. */
  readonly hasMore: boolean;
}

interface DeletedRepository {
  readonly id: number;
  readonly namespace: string;
  readonly name: string;
  /** PostgreSQL's text of the time. */
  readonly deletedAt: string;
}

/**
 * Takes away up to `limit` rows of the repository that was deleted first, or the repository itself, once it is empty.
 * The lock on its row waits for pushes that began before it was deleted. Its blobs are left to `onlinegc_blobs`, the
 * bytes of its uploads to `upload_purge`.
 *
 * @throws ReadOnlyError
 */
export async function emptyDeletedPage(pool: pg.Pool, limit: number): Promise<EmptiedPage> {
  return withTransaction(pool, async (tx) => {
    await assertWritable(tx);
    await planByIndex(tx);
    const { rows } = await tx.query<DeletedRepository>(
      `SELECT id, deleted_namespace AS namespace, name, deleted_at::text AS "deletedAt" FROM registry.repositories
       WHERE deleted_at IS NOT NULL ORDER BY deleted_at, id LIMIT 1 FOR UPDATE`,
    );
    const repository = rows[0];
    // None, or another run has just taken the one that this one waited for.
    if (!repository) return { manifests: 0, others: 0, repositories: 0, hasMore: await hasDeleted(tx) };
    const tags = await deleteTags(tx, repository, limit);
    if (tags > 0) return { manifests: 0, others: tags, repositories: 0, hasMore: true };
    const manifests = await deleteManifestRows(tx, repository, limit);
    if (manifests > 0) return { manifests, others: 0, repositories: 0, hasMore: true };
    for (const remove of [deleteLinks, deleteUploads, deleteRepositoryEvents]) {
      const others = await remove(tx, repository, limit);
      if (others > 0) return { manifests: 0, others, repositories: 0, hasMore: true };
    }
    await tx.query('DELETE FROM registry.repositories WHERE id = $1', [repository.id]);
    return { manifests: 0, others: 0, repositories: 1, hasMore: true };
  });
}

async function hasDeleted(tx: Queryable): Promise<boolean> {
  const { rowCount } = await tx.query('SELECT FROM registry.repositories WHERE deleted_at IS NOT NULL LIMIT 1');
  return rowCount === 1;
}

async function deleteTags(tx: Queryable, { id }: DeletedRepository, limit: number): Promise<number> {
  const { rowCount } = await tx.query(
    `DELETE FROM registry.tags WHERE repository_id = $1 AND name IN (
       SELECT name FROM registry.tags WHERE repository_id = $1 ORDER BY name LIMIT $2)`,
    [id, limit],
  );
  return rowCount ?? 0;
}

async function deleteManifestRows(tx: Queryable, { id }: DeletedRepository, limit: number): Promise<number> {
  const { rows } = await tx.query<{ id: number }>(
    `SELECT id FROM registry.manifests WHERE repository_id = $1 ORDER BY digest LIMIT $2 FOR UPDATE`,
    [id, limit],
  );
  await deleteManifests(
    tx,
    rows.map((row) => row.id),
  );
  return rows.length;
}

async function deleteLinks(tx: Queryable, { id }: DeletedRepository, limit: number): Promise<number> {
  const { rowCount } = await tx.query(
    `DELETE FROM registry.repository_blobs WHERE repository_id = $1 AND blob_id IN (
       SELECT blob_id FROM registry.repository_blobs WHERE repository_id = $1 ORDER BY blob_id LIMIT $2)`,
    [id, limit],
  );
  return rowCount ?? 0;
}

async function deleteUploads(tx: Queryable, { id }: DeletedRepository, limit: number): Promise<number> {
  const { rowCount } = await tx.query(
    `WITH gone AS (
       DELETE FROM registry.uploads WHERE id IN (
         SELECT id FROM registry.uploads WHERE repository_id = $1 LIMIT $2)
       RETURNING storage_key, store_state)
     INSERT INTO registry.expired_uploads (storage_key, store_state) SELECT * FROM gone`,
    [id, limit],
  );
  return rowCount ?? 0;
}
