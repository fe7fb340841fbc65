import type { Queryable } from '../../database/pool.ts';

/**
 * For a statement that begins with WITH RECURSIVE: `lanes`, those in which a job waits to be admitted. They are found by
 * jumping from one to the next in their index, so it costs as much as there are lanes, not as there are jobs.
 */
export const lanesQuery = `lanes AS (
       (SELECT priority, action, capacity_map FROM jobs.outbox WHERE state = 'queued'
        ORDER BY priority, action, capacity_map LIMIT 1)
       UNION ALL
       SELECT following.* FROM lanes CROSS JOIN LATERAL (
         SELECT o.priority, o.action, o.capacity_map FROM jobs.outbox o
         WHERE o.state = 'queued'
           AND (o.priority, o.action, o.capacity_map) > (lanes.priority, lanes.action, lanes.capacity_map)
         ORDER BY o.priority, o.action, o.capacity_map LIMIT 1) following
     )`;

/** As many rows of one kind, such as waiting jobs of one lane, as are counted for monitors; there may be more. */
export const mostCounted = 10_000;

/** How many jobs of each action wait, for people and monitors: up to 10,000 of each lane are counted. */
export async function countBacklog(q: Queryable): Promise<{ action: string; count: number }[]> {
  const { rows } = await q.query<{ action: string; count: number }>(
    `WITH RECURSIVE ${lanesQuery}
     SELECT lanes.action, sum(counted.count)::bigint AS count
     FROM lanes CROSS JOIN LATERAL (
       SELECT count(*) AS count FROM (
         SELECT FROM jobs.outbox o
         WHERE o.state = 'queued' AND o.priority = lanes.priority AND o.action = lanes.action
           AND o.capacity_map = lanes.capacity_map
         LIMIT $1) counted
     ) counted GROUP BY lanes.action`,
    [mostCounted],
  );
  return rows;
}
