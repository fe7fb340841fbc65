import type { Queryable } from '../../database/pool.ts';
import type { JobSpec } from '../records/job-spec.ts';
import { assertWithinLimit } from '../../settings/limits.ts';

/** What somebody asks of a cron. Durations are Go duration strings, empty for none. */
export interface CronDefinition extends Pick<
  JobSpec,
  'action' | 'parameters' | 'capacityMap' | 'deadline' | 'stopTimeout' | 'requestedBy'
> {
  /** That of its action, or one of its own. */
  readonly name: string;
  readonly schedule: string;
  /** IANA name. */
  readonly timeZone: string;
  /** Each run is put off by a random time of at most this. */
  readonly jitter: string;
  /** How late a run that was missed is made up for; empty: as fits the schedule. */
  readonly catchupWindow: string;
  readonly retries: number;
}

/** What a cron has its runs do. */
export function specOfCron(cron: CronDefinition): JobSpec {
  const { name, retries, action, parameters, capacityMap, deadline, stopTimeout, requestedBy } = cron;
  return {
    action,
    parameters,
    capacityMap,
    retriesLeft: retries,
    retriesTotal: retries,
    deadline,
    stopTimeout,
    trigger: 'schedule',
    requestedBy,
    namespace: '',
    repository: '',
    cron: name,
  };
}

/** A row of `jobs.crons`. */
export interface CronRow extends CronDefinition {
  readonly id: string;
  readonly updatedAt: Date;
  readonly isPaused: boolean;
  readonly note: string;
  /** Whether the queue of its action is, so that nothing of it starts. */
  readonly isQueuePaused: boolean;
  /** Whether Temporal has still to be told of `isPaused`. */
  readonly isPausePending: boolean;
  /** Counts the changes that the API makes. */
  readonly revision: number;
  /** The one that Temporal was last told of. */
  readonly appliedRevision: number;
  /** Fingerprint of what Temporal was last given; empty: nothing yet. */
  readonly applied: string;
  /** When that was, by Temporal's clock. */
  readonly appliedAt: Date | null;
  readonly observedAt: Date | null;
  /** When it is due next, as Temporal has said; the first may have passed. */
  readonly nextRuns: readonly Date[];
  /** Why Temporal does not take it; empty: it does. */
  readonly problem: string;
  /** Due times that came too long after their turn to be made up for. */
  readonly missedTooLate: number;
  /** Due times at which the last job still ran. */
  readonly missedOverlap: number;
}

/** The name belongs to a cron of another action. The message says what to do. */
export class CronNameTakenError extends Error {
  override name = 'CronNameTakenError';
}

/** The select list that makes a CronRow. */
export const cronColumns = `
  id, name, action, schedule, time_zone AS "timeZone", jitter, catchup_window AS "catchupWindow", retries, parameters,
  capacity_map AS "capacityMap", deadline, stop_timeout AS "stopTimeout", requested_by AS "requestedBy",
  updated_at AS "updatedAt", is_paused AS "isPaused", note, is_pause_pending AS "isPausePending", revision,
  EXISTS (SELECT FROM jobs.action_queues q WHERE q.action = crons.action AND q.paused) AS "isQueuePaused",
  applied_revision AS "appliedRevision", applied, applied_at AS "appliedAt", observed_at AS "observedAt", next_runs AS "nextRuns",
  problem, missed_too_late AS "missedTooLate",
  missed_overlap AS "missedOverlap"`;

/** Crons by name; all of them, or so many from the one of a name on. */
export async function listCrons(
  q: Queryable,
  { start, limit }: { readonly start: string; readonly limit: number | null } = { start: '', limit: null },
): Promise<CronRow[]> {
  const { rows } = await q.query<CronRow>(
    `SELECT ${cronColumns} FROM jobs.crons WHERE name >= $1 ORDER BY name LIMIT $2`,
    [start, limit],
  );
  return rows;
}

/** Which of these actions have a cron that is not paused. */
export async function findActionsWithCron(q: Queryable, actions: readonly string[]): Promise<string[]> {
  const { rows } = await q.query<{ action: string }>(
    'SELECT DISTINCT action FROM jobs.crons WHERE action = ANY($1) AND NOT is_paused ORDER BY action',
    [actions],
  );
  return rows.map(({ action }) => action);
}

/** The cron of this name, or undefined where there is none. */
export async function findCron(q: Queryable, name: string): Promise<CronRow | undefined> {
  const { rows } = await q.query<CronRow>(`SELECT ${cronColumns} FROM jobs.crons WHERE name = $1`, [name]);
  return rows[0];
}

/**
 * Makes a cron, or changes the one of its name, in the caller's transaction; whether it is paused stays as it is, and one
 * that is as it is to be stays whole. After the commit the caller wakes the schedules.
 *
 * @throws CronNameTakenError, LimitReachedError
 */
export async function saveCron(tx: Queryable, cron: CronDefinition): Promise<CronRow> {
  const inserted = await insertCron(tx, cron);
  if (inserted) {
    await assertWithinLimit(tx, { limit: 'maxCrons', place: '', things: 'SELECT FROM jobs.crons', values: [] });
    return inserted;
  }
  const { rows } = await tx.query<CronRow>(
    `UPDATE jobs.crons SET schedule = $3, time_zone = $4, jitter = $5, catchup_window = $6, retries = $7,
         parameters = $8, capacity_map = $9, deadline = $10, stop_timeout = $11, requested_by = $12,
         updated_at = now(), revision = revision + 1
       WHERE name = $1 AND action = $2
         AND (problem <> '' OR (schedule, time_zone, jitter, catchup_window, retries, parameters, capacity_map, deadline,
              stop_timeout) IS DISTINCT FROM ($3, $4, $5, $6, $7, $8::jsonb, $9::jsonb, $10, $11))
       RETURNING ${cronColumns}`,
    values(cron),
  );
  const saved = rows[0] ?? (await findCron(tx, cron.name));
  if (saved?.action !== cron.action) {
    throw new CronNameTakenError(
      `the name ${cron.name} is that of a cron of another action: delete that one first, or choose another name`,
    );
  }
  return saved;
}

/** Makes a cron where there is none of its name. Gives the new one. */
export async function insertCron(q: Queryable, cron: CronDefinition): Promise<CronRow | undefined> {
  const { rows } = await q.query<CronRow>(
    `INSERT INTO jobs.crons (name, action, schedule, time_zone, jitter, catchup_window, retries, parameters,
       capacity_map, deadline, stop_timeout, requested_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (name) DO NOTHING RETURNING ${cronColumns}`,
    values(cron),
  );
  return rows[0];
}

function values(cron: CronDefinition): unknown[] {
  return [
    cron.name,
    cron.action,
    cron.schedule,
    cron.timeZone,
    cron.jitter,
    cron.catchupWindow,
    cron.retries,
    JSON.stringify(cron.parameters),
    JSON.stringify(cron.capacityMap),
    cron.deadline,
    cron.stopTimeout,
    cron.requestedBy,
  ];
}

/**
 * Pauses a cron, or lets it go on. After this the caller wakes the schedules.
 *
 * @param note why; shown in the Temporal UI too
 * @returns undefined where there is no such cron
 */
export async function setCronPaused(
  q: Queryable,
  name: string,
  { isPaused, note }: { isPaused: boolean; note: string },
): Promise<CronRow | undefined> {
  const { rows } = await q.query<CronRow>(
    `UPDATE jobs.crons SET is_paused = $2, note = $3, is_pause_pending = true, updated_at = now(),
       revision = revision + 1
     WHERE name = $1 RETURNING ${cronColumns}`,
    [name, isPaused, note],
  );
  return rows[0];
}

/**
 * Deletes a cron; jobs that it has started go on. After this the caller wakes the schedules.
 *
 * @returns whether there was one
 */
export async function deleteCron(q: Queryable, name: string): Promise<boolean> {
  const { rowCount } = await q.query('DELETE FROM jobs.crons WHERE name = $1', [name]);
  return rowCount === 1;
}
