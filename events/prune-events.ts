import type pg from 'pg';
import type { Queryable } from '../database/pool.ts';
import { withTransaction } from '../database/transaction.ts';
import type { History } from '../jobs/records/history.ts';
import { keyOf, listOldest, previewPage, type PrunedPage, type PruneRange } from '../jobs/records/prune-history.ts';

/** Events of repositories; what else is in the audit is no repository's history. */
export const repositoryEventHistory: History = {
  table: 'registry.events',
  time: 'published_at',
  idType: 'uuid',
  condition: `repository <> ''`,
};

/** Deletes the oldest repository events of a range, but for those that a webhook has still to deliver. */
export async function pruneRepositoryEvents(pool: pg.Pool, range: PruneRange): Promise<PrunedPage> {
  return withTransaction(pool, async (tx) => {
    const events = await listOldest(tx, repositoryEventHistory, range, '0', 'FOR UPDATE SKIP LOCKED');
    // The id of a webhook's job begins with the event (jobs/actions/webhook.ts); ";" follows ":" in ASCII. OFFSET keeps
    // this a look into the index for each event: a join would go through every job that has not ended.
    const { rowCount } = await tx.query(
      `DELETE FROM registry.events e WHERE id = ANY($1) AND NOT EXISTS (
         SELECT FROM (
           SELECT ended_at FROM jobs.jobs j
           WHERE j.id >= 'webhook:' || e.id || ':' AND j.id < 'webhook:' || e.id || ';' ORDER BY j.id OFFSET 0) deliveries
         WHERE ended_at IS NULL)`,
      [events.map(({ id }) => id)],
    );
    const last = events.length < range.limit ? undefined : events.at(-1);
    return { removed: rowCount ?? 0, linesRemoved: 0, next: last && keyOf(last) };
  });
}

/** What `pruneRepositoryEvents` would delete of the next events of a range. */
export async function previewRepositoryEvents(q: Queryable, range: PruneRange): Promise<PrunedPage> {
  return previewPage(q, repositoryEventHistory, range, '0');
}

/**
 * Deletes events of the images and tags that a deleted repository had, the newest first. One that a webhook has still to
 * deliver is left to `pruneRepositoryEvents`. Gives how many went.
 *
 * @param repository.deletedAt PostgreSQL's text of the time, which is exact: the name may be another repository's since
 */
export async function deleteRepositoryEvents(
  tx: Queryable,
  { namespace, name, deletedAt }: { readonly namespace: string; readonly name: string; readonly deletedAt: string },
  limit: number,
): Promise<number> {
  const { rowCount } = await tx.query(
    `DELETE FROM registry.events WHERE id IN (
       SELECT e.id FROM registry.events e
       WHERE e.namespace = $1 AND e.repository = $2 AND e.object_type IN ('TAG', 'MANIFEST')
         AND e.published_at < $3::timestamptz
         AND NOT EXISTS (
           SELECT FROM jobs.jobs j WHERE j.id > 'webhook:' || e.id || ':' AND j.id < 'webhook:' || e.id || ';'
             AND j.status NOT IN ('done', 'error', 'cancel'))
       ORDER BY e.published_at DESC LIMIT $4)`,
    [namespace, name, deletedAt, limit],
  );
  return rowCount ?? 0;
}
