import type { Queryable } from '../../database/pool.ts';
import { loadAdmissionState } from './admission.ts';
import { createAdmissionPlan, type Lane } from './admission-plan.ts';
import type { JobRow } from '../records/queries.ts';
import { isOver, isParked } from '../records/stage.ts';
import { hasLiveWorker } from './worker-records.ts';

interface WaitingStart extends Lane {
  readonly state: 'later' | 'queued' | 'order';
  readonly dueAt: Date;
  readonly attempts: number;
  readonly lastError: string | null;
}

/**
 * Why a job does not start, or go on, in words for people; undefined where it does not wait. A job that runs waits as well
 * while no worker lives.
 */
export async function findWaitingReason(q: Queryable, job: JobRow): Promise<string | undefined> {
  if (isOver(job)) return undefined;
  const isWaiting = job.status === 'waiting' || isParked(job);
  const reason = isWaiting ? await findReason(q, job) : undefined;
  // What somebody has set, or its time, holds it in any case.
  if (reason?.isOwn || (await hasLiveWorker(q))) return reason?.text;
  return `no worker lives: it ${job.startedAt === null ? 'starts' : 'goes on'} once one does`;
}

interface Reason {
  readonly text: string;
  /** Whether it would wait for this with any number of workers. */
  readonly isOwn: boolean;
}

async function findReason(q: Queryable, job: JobRow): Promise<Reason | undefined> {
  const { rows } = await q.query<WaitingStart>(
    `SELECT state, due_at AS "dueAt", attempts, last_error AS "lastError", priority, action,
       capacity_map AS "capacityMap"
     FROM jobs.outbox WHERE job_id = $1 AND command IN ('start', 'proceed')`,
    [job.id],
  );
  const [start] = rows;
  if (!start) {
    return !isParked(job) ? { text: 'Temporal has it, and no worker has begun it', isOwn: false } : undefined;
  }
  switch (start.state) {
    case 'later': {
      const verb = isParked(job) ? 'goes on at' : 'is scheduled for';
      return { text: `it ${verb} ${start.dueAt.toISOString()}`, isOwn: true };
    }
    case 'order':
      return start.attempts === 0
        ? { text: 'it is on its way to Temporal', isOwn: false }
        : { text: `its order to Temporal failed, and is tried again: ${start.lastError ?? ''}`, isOwn: true };
    case 'queued': {
      const room = createAdmissionPlan(await loadAdmissionState(q)).roomFor(start);
      return 'obstacle' in room
        ? { text: room.obstacle, isOwn: room.by === 'action' }
        : { text: 'it waits for its turn', isOwn: false };
    }
  }
}
