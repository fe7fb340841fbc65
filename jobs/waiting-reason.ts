import type { Queryable } from '../database/pool.ts';
import { loadAdmissionState } from './admission.ts';
import { createAdmissionPlan, type Lane } from './admission-plan.ts';
import type { JobRow } from './queries.ts';

interface WaitingStart extends Lane {
  readonly state: 'later' | 'queued' | 'order';
  readonly dueAt: Date;
  readonly attempts: number;
  readonly lastError: string | null;
}

/** Why a job does not start, or go on, in words for people; undefined where it does not wait. */
export async function findWaitingReason(q: Queryable, job: JobRow): Promise<string | undefined> {
  if (job.endedAt !== null || (job.status !== 'waiting' && job.parkedAt === null)) return undefined;
  const { rows } = await q.query<WaitingStart>(
    `SELECT state, due_at AS "dueAt", attempts, last_error AS "lastError", priority, action,
       capacity_map AS "capacityMap"
     FROM jobs.outbox WHERE job_id = $1 AND command IN ('start', 'proceed')`,
    [job.id],
  );
  const [start] = rows;
  if (!start) return job.parkedAt === null ? 'Temporal has it, and no worker has begun it' : undefined;
  switch (start.state) {
    case 'later':
      return job.parkedAt === null
        ? `it is scheduled for ${start.dueAt.toISOString()}`
        : `it goes on at ${start.dueAt.toISOString()}`;
    case 'order':
      return start.attempts === 0
        ? 'it is on its way to Temporal'
        : `Temporal cannot be told: ${start.lastError ?? ''}`;
    case 'queued': {
      const room = createAdmissionPlan(await loadAdmissionState(q)).roomFor(start);
      return 'obstacle' in room ? room.obstacle : 'it waits for its turn';
    }
  }
}
