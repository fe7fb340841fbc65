import { statfs } from 'node:fs/promises';
import { type Static, Type } from 'typebox';
import type { Queryable } from '../../database/pool.ts';
import { listFailingCrons } from '../../jobs/crons/failing-crons.ts';
import { countAbandonedJobs, findOverdueOrders } from '../../jobs/queue/orders.ts';
import { listMissingWorkers } from '../../jobs/queue/worker-records.ts';
import { countUncheckedJobs } from '../../jobs/records/unchecked-jobs.ts';
import { listQuarantined } from '../../registry/blobs/quarantine.ts';
import { oneOf } from '../http/schemas.ts';

/** Something that an administrator has to look at (DTR 2.7 API, responses.Alert). */
export const AlertView = Type.Object(
  {
    // What it is about; there may be several of one class.
    class: oneOf(['worker', 'backlog', 'cron', 'disk', 'blob']),
    // The same for as long as it is the same trouble.
    id: Type.String(),
    // What is wrong, and what to do.
    message: Type.String(),
    img: Type.Optional(Type.String({ description: 'The image that is concerned' })),
    url: Type.Optional(Type.String({ description: 'Where in the API more is to be seen' })),
  },
  { title: 'Alert' },
);
export type Alert = Static<typeof AlertView>;

export interface AlertDeps {
  readonly pool: Queryable;
  /** The folder of blobs and of the embedded servers. */
  readonly dataDir: string;
  /** What is wrong with the processes of this installation process. */
  readonly problems: () => readonly string[];
}

/** Finds the alerts of one kind; adding a kind is a function and an entry below. */
type AlertSource = (deps: AlertDeps) => Promise<readonly Alert[]>;

const sources: readonly AlertSource[] = [
  processAlerts,
  deadWorkerAlerts,
  uncheckedJobAlerts,
  orderAlerts,
  queueAlerts,
  cronAlerts,
  diskAlerts,
  blobAlerts,
];

// Of the kinds that there may be many of.
const mostOfAKind = 20;

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

/** A worker that died, until one of its deployment has started after it. */
async function deadWorkerAlerts({ pool }: AlertDeps): Promise<Alert[]> {
  const missing = await listMissingWorkers(pool, mostOfAKind);
  return missing.map(({ id, deployment, heartbeatAt }) => ({
    class: 'worker',
    id: `worker:${id}`,
    message: `worker ${id} of the deployment ${deployment} has been silent since ${heartbeatAt.toISOString()}; other workers take up its jobs: see its log, and start one in its place`,
    url: '/api/v0/workers',
  }));
}

// A worker of any process looks at each job that Temporal has every 15 s (workers/reconciler.ts).
const uncheckedMinutes = 2;

async function uncheckedJobAlerts({ pool }: AlertDeps): Promise<Alert[]> {
  const count = await countUncheckedJobs(pool, uncheckedMinutes * 60_000);
  if (count === 0) return [];
  return [
    {
      class: 'worker',
      id: 'worker:unchecked',
      message: `${atLeast(count)} unfinished jobs have not been looked at for ${uncheckedMinutes} minutes: start a process with the role worker, or see in its log why it cannot reach Temporal`,
      url: '/api/v0/jobs?status=running',
    },
  ];
}

const overdueMs = 60_000;
const overdueAfter = '1 minute';
// The dispatcher tries every 5 s at the latest (workers/dispatcher.ts), so these took about as long.
const overdueAttempts = 15;

/** Orders that Temporal does not get. What waits for room in Temporal is no order yet. */
async function orderAlerts({ pool }: AlertDeps): Promise<Alert[]> {
  const { count, lastError } = await findOverdueOrders(pool, { overdueMs, attempts: overdueAttempts });
  if (count === 0) return [];
  const reason = lastError
    ? `Temporal cannot be reached: ${lastError}`
    : 'no process with the role worker takes them up';
  return [
    {
      class: 'backlog',
      id: 'backlog:orders',
      message: `${atLeast(count)} orders for Temporal have waited for more than ${overdueAfter}: ${reason}`,
      url: '/api/v0/jobs?status=waiting',
    },
  ];
}

/**
 * Jobs that wait because nobody is there to admit them. For as long as a worker lives, what is queued waits for a place,
 * for capacity, or until somebody lets its action go on: `waitingReason` says so, and nothing is wrong.
 */
async function queueAlerts({ pool }: AlertDeps): Promise<Alert[]> {
  const count = await countAbandonedJobs(pool, overdueMs);
  if (count === 0) return [];
  return [
    {
      class: 'backlog',
      id: 'backlog:queue',
      message: `${atLeast(count)} jobs are due, and no worker lives: start a process with the role worker`,
      url: '/api/v0/workers',
    },
  ];
}

const failuresInARow = 3;

/** Crons whose last runs failed, each after its retries, and those that Temporal does not take. */
async function cronAlerts({ pool }: AlertDeps): Promise<Alert[]> {
  const crons = await listFailingCrons(pool, { failuresInARow, limit: mostOfAKind });
  return crons.map(({ name, problem, lastJobId }) =>
    problem === '' && lastJobId !== null
      ? {
          class: 'cron',
          id: `cron:${name}`,
          message: `the last ${failuresInARow} runs of the cron ${name} failed: the log of job ${lastJobId} says why`,
          url: `/api/v0/jobs/${encodeURIComponent(lastJobId)}/logs`,
        }
      : {
          class: 'cron',
          id: `cron:${name}`,
          message: `Temporal does not take the cron ${name}: ${problem}; change it, or delete it`,
          url: `/api/v0/crons/${encodeURIComponent(name)}`,
        },
  );
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

// An answer stays small where a whole disk is gone.
const mostImages = 20;

async function blobAlerts({ pool }: AlertDeps): Promise<Alert[]> {
  const blobs = await listQuarantined(pool, { limit: mostOfAKind, imageLimit: mostImages });
  return blobs.map(({ digest, reason, since, images, hasMoreImages }) => {
    const state = reason === 'missing' ? 'are missing from the blob store' : 'are damaged';
    const [image] = images;
    const more = hasMoreImages ? ', and others' : '';
    const concerned = image === undefined ? 'no image needs it' : `these cannot be pulled: ${images.join(', ')}${more}`;
    return {
      class: 'blob',
      id: `blob:${digest}`,
      message: `the bytes of the blob ${digest} ${state}, found ${since.toISOString()}; ${concerned}. Push one that has it again, which heals all, or restore the bytes from a backup and run the job blob_verify`,
      ...(image !== undefined && { img: image }),
    };
  });
}

/** Alerts count no further than a thousand. */
function atLeast(count: number): string {
  return count >= 1_000 ? 'at least 1,000' : String(count);
}
