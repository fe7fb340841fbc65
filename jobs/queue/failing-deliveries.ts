import type { Queryable } from '../../database/pool.ts';
import { webhookAction } from '../actions/webhook.ts';
import { deliveryCapacity } from './capacity.ts';

const mostReleased = 10_000;

/**
 * Lets the deliveries to a server go on that wait for one another, because it failed when they were made: it takes them
 * again. Beyond 10,000 the rest goes on one at a time.
 *
 * @param jobId a delivery to it, of the same namespace
 * @param endpoint where that went
 */
export async function releaseDeliveries(q: Queryable, jobId: string, endpoint: string): Promise<void> {
  const { rows } = await q.query<{ namespace: string }>('SELECT namespace FROM jobs.jobs WHERE id = $1', [jobId]);
  const [job] = rows;
  if (!job) return;
  const [failing, usual] = [true, false].map((isFailing) => deliveryCapacity(job.namespace, endpoint, isFailing));
  await q.query(
    // The row of a job is locked before that of the outbox, as everywhere. What somebody else has in hand goes its way.
    `WITH waiting AS MATERIALIZED (
       SELECT id FROM jobs.jobs WHERE id = ANY (ARRAY(
         SELECT job_id FROM jobs.outbox
         WHERE state IN ('queued', 'later') AND action = $1 AND namespace = $2 AND capacity_map = $3 LIMIT $5))
       FOR UPDATE SKIP LOCKED
     ), changed AS (
       UPDATE jobs.jobs SET capacity_map = $4 WHERE id = ANY (ARRAY(SELECT id FROM waiting))
     )
     UPDATE jobs.outbox SET capacity_map = $4
     WHERE job_id = ANY (ARRAY(SELECT id FROM waiting)) AND state IN ('queued', 'later')`,
    [webhookAction.name, job.namespace, JSON.stringify(failing), JSON.stringify(usual), mostReleased],
  );
}
