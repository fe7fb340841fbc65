import { statfs } from 'node:fs/promises';
import type { Queryable } from '../database/pool.ts';
import { listCrons } from '../jobs/crons.ts';

/** Something that an administrator has to look at (SW27 responses.Alert). */
export interface Alert {
  /** What it is about; there may be several of one class. */
  readonly class: 'worker' | 'backlog' | 'cron' | 'disk';
  /** The same for as long as it is the same trouble. */
  readonly id: string;
  /** What is wrong, and what to do. */
  readonly message: string;
  /** Where in the API more is to be seen. */
  readonly url?: string;
}

export interface AlertDeps {
  readonly pool: Queryable;
  /** The folder of blobs and of the embedded servers. */
  readonly dataDir: string;
  /** What is wrong with the processes of this installation process. */
  readonly problems: () => readonly string[];
}

/** Finds the alerts of one kind; adding a kind is a function and an entry below. */
type AlertSource = (deps: AlertDeps) => Promise<readonly Alert[]>;

const sources: readonly AlertSource[] = [processAlerts, workerAlerts, backlogAlerts, cronAlerts, diskAlerts];

/** All alerts that there are just now. None is stored: an alert is gone when its cause is. */
export async function findAlerts(deps: AlertDeps): Promise<Alert[]> {
  return (await Promise.all(sources.map((source) => source(deps)))).flat();
}

async function processAlerts({ problems }: AlertDeps): Promise<Alert[]> {
  return problems().map((problem) => ({
    class: 'worker',
    id: `process:${problem}`,
    message: `a process of this server is in trouble: ${problem}; its log tells more`,
  }));
}

// A worker of any process looks at each unfinished job every 15 s (workers/reconciler.ts).
const uncheckedAfter = '2 minutes';

async function workerAlerts({ pool }: AlertDeps): Promise<Alert[]> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*) AS count FROM (
       SELECT FROM jobs.jobs j
       WHERE admitted_at IS NOT NULL AND ended_at IS NULL AND checked_at < now() - $1::interval
         AND NOT EXISTS (SELECT FROM jobs.outbox o WHERE o.job_id = j.id AND o.command = 'start')
       LIMIT 1000) unchecked`,
    [uncheckedAfter],
  );
  const count = rows[0]?.count ?? 0;
  if (count === 0) return [];
  return [
    {
      class: 'worker',
      id: 'worker:unchecked',
      message: `${atLeast(count)} unfinished jobs have not been looked at for ${uncheckedAfter}: start a process with the role worker, or see in its log why it cannot reach Temporal`,
      url: '/api/v0/jobs?status=running',
    },
  ];
}

const overdueAfter = '1 minute';
// The dispatcher tries every 5 s at the latest (workers/dispatcher.ts), so these took about as long.
const overdueAttempts = 15;

async function backlogAlerts({ pool }: AlertDeps): Promise<Alert[]> {
  const { rows } = await pool.query<{ count: number; lastError: string | null }>(
    // Jobs may wait for room as long as they like, but not for somebody to look whether there is room: of a million that
    // wait, the first thousand tell.
    `SELECT count(*) AS count, max(last_error) AS "lastError" FROM (
       (SELECT last_error FROM jobs.outbox
        WHERE state = 'order' AND due_at < now() + interval '10 seconds'
          AND (attempts >= $2 OR (attempts = 0 AND due_at < now() - $1::interval))
        ORDER BY due_at LIMIT 1000)
       UNION ALL
       SELECT last_error FROM (
         (SELECT last_error, due_at FROM jobs.outbox WHERE state = 'queued' LIMIT 1000)
         UNION ALL
         (SELECT last_error, due_at FROM jobs.outbox WHERE state = 'later' ORDER BY due_at LIMIT 1000)) waiting
       WHERE due_at < now() - $1::interval
         AND NOT EXISTS (SELECT FROM jobs.workers WHERE status = 'running' AND heartbeat_expiration > now())) overdue`,
    [overdueAfter, overdueAttempts],
  );
  const { count = 0, lastError } = rows[0] ?? {};
  if (count === 0) return [];
  const reason = lastError
    ? `Temporal cannot be reached: ${lastError}`
    : 'no process with the role worker takes them up';
  return [
    {
      class: 'backlog',
      id: 'backlog:outbox',
      message: `${atLeast(count)} orders for Temporal have waited for more than ${overdueAfter}: ${reason}`,
      url: '/api/v0/jobs?status=waiting',
    },
  ];
}

const failuresInARow = 3;

async function cronAlerts({ pool }: AlertDeps): Promise<Alert[]> {
  const crons = await listCrons(pool);
  const { rows } = await pool.query<{ action: string; failures: number; lastJobId: string }>(
    `SELECT c.action, count(*) FILTER (WHERE r.status = 'error') AS failures,
            (array_agg(r.id ORDER BY r.scheduled_at DESC))[1] AS "lastJobId"
     FROM unnest($1::text[]) c (action), LATERAL (
       SELECT j.id, j.status, j.scheduled_at FROM jobs.jobs j
       WHERE j.action = c.action AND j.trigger = 'schedule' AND j.ended_at IS NOT NULL AND j.status <> 'deleted'
       ORDER BY j.scheduled_at DESC, j.id DESC LIMIT $2) r
     GROUP BY c.action HAVING count(*) FILTER (WHERE r.status = 'error') = $2 ORDER BY c.action`,
    [crons.map(({ action }) => action), failuresInARow],
  );
  return rows.map(({ action, lastJobId }) => ({
    class: 'cron',
    id: `cron:${action}`,
    message: `the last ${failuresInARow} runs of the cron of ${action} failed: the log of job ${lastJobId} says why`,
    url: `/api/v0/jobs/${encodeURIComponent(lastJobId)}/logs`,
  }));
}

// Below it the next large push, or an hour of jobs, may fill the disk.
const minFreeShare = 0.05;

async function diskAlerts({ dataDir }: AlertDeps): Promise<Alert[]> {
  const disk = await statfs(dataDir).catch((error: NodeJS.ErrnoException) => {
    // A process without a role that writes there has none.
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!disk) return [];
  const { bavail, blocks, bsize } = disk;
  const freeShare = blocks === 0 ? 1 : bavail / blocks;
  if (freeShare >= minFreeShare) return [];
  const freeMiB = Math.floor((bavail * bsize) / 1024 ** 2);
  return [
    {
      class: 'disk',
      id: 'disk:data',
      message: `the disk of the data folder has ${freeMiB} MiB left, ${(freeShare * 100).toFixed(1)} %: delete images and run the job onlinegc_blobs, or add space`,
    },
  ];
}

/** Alerts count no further than a thousand. */
function atLeast(count: number): string {
  return count >= 1_000 ? 'at least 1,000' : String(count);
}
