import type { Queryable } from '../../database/pool.ts';
import { cronColumns, type CronRow } from './crons.ts';

/** What Temporal has for a cron. */
export interface CronState {
  /** Fingerprint of what it was given, and when that was by its clock. */
  readonly applied: string;
  readonly appliedAt: Date;
  readonly isPaused: boolean;
  readonly note: string;
  /** When it is due next. */
  readonly nextRuns: readonly Date[];
  /** Its counters, which begin at 0 with the schedule. */
  readonly tooLate: number;
  readonly overlap: number;
  /** Due times that passed while Temporal had no schedule. */
  readonly lost: number;
}

/**
 * Reads a cron for the rest of the transaction, in which no other process brings it to Temporal; the API may change it.
 *
 * @returns undefined where it is gone, or in the hands of another process
 */
export async function takeCron(tx: Queryable, id: string): Promise<CronRow | undefined> {
  const { rows } = await tx.query<CronRow>(
    `SELECT ${cronColumns} FROM jobs.crons
     WHERE id = $1 AND pg_try_advisory_xact_lock(hashtextextended('cron ' || $1::uuid::text, 0))`,
    [id],
  );
  return rows[0];
}

/** Writes down what Temporal has. What the API has changed since the cron was read is left as it is. */
export async function recordCronState(tx: Queryable, { id, revision }: CronRow, state: CronState): Promise<void> {
  await tx.query(
    `UPDATE jobs.crons SET
       is_paused = CASE revision WHEN $2 THEN $3 ELSE is_paused END,
       note = CASE revision WHEN $2 THEN $4 ELSE note END,
       is_pause_pending = is_pause_pending AND revision <> $2,
       applied_revision = $2, applied = $5, applied_at = $6, observed_at = now(), problem = '', next_runs = $10,
       missed_too_late = missed_too_late + $7 - CASE WHEN $7 >= seen_too_late THEN seen_too_late ELSE 0 END + $9,
       missed_overlap = missed_overlap + $8 - CASE WHEN $8 >= seen_overlap THEN seen_overlap ELSE 0 END,
       seen_too_late = $7, seen_overlap = $8
     WHERE id = $1`,
    [
      id,
      revision,
      state.isPaused,
      state.note,
      state.applied,
      state.appliedAt,
      state.tooLate,
      state.overlap,
      state.lost,
      state.nextRuns,
    ],
  );
}

/** Writes down why Temporal does not take a cron. */
export async function recordCronProblem(q: Queryable, { id, revision }: CronRow, problem: string): Promise<void> {
  await q.query(
    'UPDATE jobs.crons SET problem = $3, applied_revision = $2, observed_at = now() WHERE id = $1 AND revision = $2',
    [id, revision, problem],
  );
}
