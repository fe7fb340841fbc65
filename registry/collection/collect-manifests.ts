import type pg from 'pg';
import type { Queryable } from '../../database/pool.ts';
import { withTransaction } from '../../database/transaction.ts';
import { recordEvents } from '../../events/events.ts';
import { type EventContext, manifestDeleted } from '../manifests/manifest-events.ts';
import type { ReviewCursor } from './collect-blobs.ts';
import { planByIndex } from './plan-by-index.ts';
import { assertWritable } from '../read-only.ts';

/** A manifest that garbage collection takes, or would take. */
export interface UnneededManifest {
  readonly id: number;
  readonly namespace: string;
  readonly repository: string;
  readonly digest: string;
  readonly mediaType: string;
  /** What made it garbage: tag_delete, tag_move, index_delete, subject_delete, manifest_upload, … */
  readonly event: string;
  readonly sizeBytes: number;
}

export interface ManifestPage {
  readonly reviewed: number;
  /** Those of the reviewed that nothing needs, and whose repository does not keep them. */
  readonly unneeded: readonly UnneededManifest[];
  /** How many nothing needs, but the repository keeps, for good or until their grace is over. */
  readonly kept: number;
  /** Undefined after the last page. */
  readonly nextCursor: ManifestCursor | undefined;
  /** How many jobs its events have queued; if any, the caller wakes the dispatcher. */
  readonly jobs: number;
}

/** A place in the review queue of manifests. */
export type ManifestCursor = Omit<ReviewCursor, 'blobId'> & { readonly manifestId: number };

/** How many manifests are due for review. */
export async function countDueManifests(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    'SELECT count(*) AS count FROM registry.manifest_reviews WHERE review_after <= now()',
  );
  return rows[0]?.count ?? 0;
}

interface Verdict extends UnneededManifest {
  readonly os: string;
  readonly architecture: string;
  readonly verdict: 'needed' | 'kept' | 'unneeded';
}

// Of the manifest m, its review v and its repository r. A referrer is needed as long as its subject is there; a subject
// is not needed by its referrers.
const verdictColumns = `m.id, r.namespace, r.name AS repository, m.digest, m.media_type AS "mediaType", v.event,
  octet_length(m.payload) AS "sizeBytes", m.os, m.architecture,
  CASE
    WHEN EXISTS (SELECT FROM registry.tags t WHERE t.manifest_id = m.id)
      OR EXISTS (SELECT FROM registry.manifest_children c WHERE c.child_id = m.id)
      OR EXISTS (SELECT FROM registry.manifests s
                 WHERE s.repository_id = m.repository_id AND s.digest = m.subject_digest) THEN 'needed'
    WHEN v.since + r.untagged_grace > now()
      OR CASE WHEN m.subject_digest IS NULL THEN r.untagged_manifests ELSE r.orphaned_referrers END = 'keep' THEN 'kept'
    ELSE 'unneeded'
  END AS verdict`;
// A repository that is deleted is emptied by a work list of its own.
const reviewedManifests = `registry.manifest_reviews v JOIN registry.manifests m ON m.id = v.manifest_id
  JOIN registry.repositories r ON r.id = m.repository_id AND r.deleted_at IS NULL`;

/**
 * Reviews up to `limit` due manifests in one transaction. Those that no tag, index or subject needs are deleted, unless
 * their repository keeps them; then they are looked at again when their grace is over, or a day later, for its settings
 * can change. What they named comes up for review by triggers.
 *
 * Locks in the order of migration 0020. A row that somebody holds is passed over: that manifest is in use just now, and
 * its review stays due. Who comes later waits for this transaction, and then finds no manifest.
 *
 * @param context who is named in the events of the deletions
 * @throws ReadOnlyError
 */
export async function reviewManifestPage(pool: pg.Pool, limit: number, context: EventContext): Promise<ManifestPage> {
  return withTransaction(pool, async (tx) => {
    await assertWritable(tx);
    await planByIndex(tx);
    const { rows: due } = await tx.query<ManifestCursor>(
      `SELECT manifest_id AS "manifestId", review_after::text AS "reviewAfter" FROM registry.manifest_reviews
       WHERE review_after <= now() ORDER BY review_after, manifest_id LIMIT $1 FOR UPDATE SKIP LOCKED`,
      [limit],
    );
    const { rows: locked } = await tx.query<{ id: number }>(
      'SELECT id FROM registry.manifests WHERE id = ANY($1) ORDER BY id FOR UPDATE SKIP LOCKED',
      [due.map((row) => row.manifestId)],
    );
    const lockedIds = locked.map((row) => row.id);
    // In a statement of its own: its snapshot is younger than the locks, so it sees every tag and index that won the race.
    const { rows: verdicts } = await tx.query<Verdict>(
      `SELECT ${verdictColumns} FROM ${reviewedManifests} WHERE m.id = ANY($1) ORDER BY m.id`,
      [lockedIds],
    );
    const kept = verdicts.filter(({ verdict }) => verdict === 'kept').map(({ id }) => id);
    const keptIds = new Set(kept);
    await tx.query(
      `UPDATE registry.manifest_reviews v SET review_after = now() + least(interval '1 day', CASE
         WHEN v.since + r.untagged_grace > now() THEN v.since + r.untagged_grace - now() ELSE interval '1 day' END)
       FROM registry.manifests m JOIN registry.repositories r ON r.id = m.repository_id
       WHERE m.id = v.manifest_id AND v.manifest_id = ANY($1)`,
      [kept],
    );
    // Before the deletions, which put manifests of this very page up for review.
    await tx.query('DELETE FROM registry.manifest_reviews WHERE manifest_id = ANY($1)', [
      lockedIds.filter((id) => !keptIds.has(id)),
    ]);
    const unneeded = verdicts.filter(({ verdict }) => verdict === 'unneeded');
    await deleteManifests(
      tx,
      unneeded.map(({ id }) => id),
    );
    const jobs = await recordEvents(
      tx,
      unneeded.map(({ namespace, repository: name, ...of }) =>
        manifestDeleted({ repository: { namespace, name, full: `${namespace}/${name}` }, ...of }, context),
      ),
    );
    return {
      reviewed: lockedIds.length,
      unneeded: unneeded.map(withoutVerdict),
      kept: kept.length,
      nextCursor: due.length === limit && lockedIds.length > 0 ? due.at(-1) : undefined,
      jobs,
    };
  });
}

/** Tells what `reviewManifestPage` would do with the page after `cursor`, and changes nothing. */
export async function previewManifestPage(
  pool: pg.Pool,
  limit: number,
  cursor?: ManifestCursor,
): Promise<ManifestPage> {
  const { rows } = await pool.query<Verdict & ManifestCursor>(
    `SELECT ${verdictColumns}, v.manifest_id AS "manifestId", v.review_after::text AS "reviewAfter"
     FROM ${reviewedManifests}
     WHERE v.review_after <= now() AND (v.review_after, v.manifest_id) > ($2::timestamptz, $3::bigint)
     ORDER BY v.review_after, v.manifest_id LIMIT $1`,
    [limit, cursor?.reviewAfter ?? '-infinity', cursor?.manifestId ?? 0],
  );
  const last = rows.at(-1);
  return {
    reviewed: rows.length,
    unneeded: rows.filter(({ verdict }) => verdict === 'unneeded').map(withoutVerdict),
    kept: rows.filter(({ verdict }) => verdict === 'kept').length,
    nextCursor:
      last && rows.length === limit ? { reviewAfter: last.reviewAfter, manifestId: last.manifestId } : undefined,
    jobs: 0,
  };
}

/**
 * Deletes manifests that are locked. What they name goes first and all at once, so that it is put up for review in the
 * order in which everybody locks it.
 */
export async function deleteManifests(tx: Queryable, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query('DELETE FROM registry.manifest_blobs WHERE manifest_id = ANY($1)', [ids]);
  await tx.query('DELETE FROM registry.manifest_children WHERE parent_id = ANY($1)', [ids]);
  await tx.query('DELETE FROM registry.manifests WHERE id = ANY($1)', [ids]);
}

function withoutVerdict({ id, namespace, repository, digest, mediaType, event, sizeBytes }: Verdict): UnneededManifest {
  return { id, namespace, repository, digest, mediaType, event, sizeBytes };
}
