import type { Queryable } from '../../database/pool.ts';
import type { Settings } from '../../settings/settings.ts';

/**
 * Makes jobs that have ended, `name-1` a minute ago, `name-2` two minutes ago, and so on.
 *
 * @param lines how many lines the log of each has
 */
export async function makeEndedJobs(
  q: Queryable,
  { name = 'old', count, lines = 0 }: { name?: string; count: number; lines?: number },
): Promise<void> {
  await q.query(
    `INSERT INTO jobs.jobs (id, action, status, parameters, capacity_map, retry_from_id, retries_left, retries_total,
       deadline, stop_timeout, trigger, requested_by, scheduled_at, ended_at, next_line)
     SELECT $1 || '-' || i, 'sleep', 'done', '{}', '{}', '', 0, 0, '', '', 'api', 'tester', now(),
            now() - i * interval '1 minute', $3
     FROM generate_series(1, $2) i`,
    [name, count, lines],
  );
  await q.query(
    `INSERT INTO jobs.log_lines (job_id, line_num, data)
     SELECT $1 || '-' || i, line, '{}' FROM generate_series(1, $2) i, generate_series(0, $3 - 1) line`,
    [name, count, lines],
  );
}

/** Makes events of a repository, the newest a minute ago, the next two minutes ago, and so on. */
export async function makeEvents(q: Queryable, count: number, repository = 'app'): Promise<void> {
  await q.query(
    `INSERT INTO registry.events (id, published_at, actor, type, object_type, kind, namespace, repository, contents)
     SELECT gen_random_uuid(), now() - i * interval '1 minute', 'admin', 'CREATE', 'TAG', 'TAG_PUSH', 'admin', $2, '{}'
     FROM generate_series(1, $1) i`,
    [count, repository],
  );
}

/** Makes these the settings; the others have their defaults. */
export async function storeSettings(q: Queryable, settings: Partial<Settings>): Promise<void> {
  await q.query('DELETE FROM jobs.settings');
  await q.query('INSERT INTO jobs.settings (name, value) SELECT key, value FROM jsonb_each($1::jsonb)', [
    JSON.stringify(settings),
  ]);
}
