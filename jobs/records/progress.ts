import type pg from 'pg';
import { jobIs } from './stage.ts';

/**
 * How far a job is, in its phase: in workflows, activities, heartbeats and queries alike. Small numbers that mean the same
 * before and after a workflow continues as new.
 */
export interface JobProgress {
  readonly phase: string;
  /** Items of the phase that are done. */
  readonly itemsDone: number;
  /** Undefined where nobody can know. */
  readonly itemsTotal?: number | undefined;
  readonly sizeBytes?: number | undefined;
}

/** What is in a job's row: the progress in the words of the API, and what its rate is counted from. */
export interface StoredProgress {
  readonly phase: string;
  readonly done: number;
  readonly total?: number | undefined;
  readonly bytes?: number | undefined;
  /** When the phase was first reported, in milliseconds since 1970, and how much of it was done then. */
  readonly sinceMs: number;
  readonly doneBefore: number;
  readonly atMs: number;
}

/** Progress as the API shows it. */
export interface ProgressView {
  readonly phase: string;
  readonly done: number;
  readonly total: number | null;
  readonly bytes: number | null;
  /** Items per second since the phase began; null until that is known. */
  readonly rate: number | null;
  /** At that rate; null where nobody can know. */
  readonly secondsLeft: number | null;
  readonly updatedAt: Date;
}

/** The view of what is stored. */
export function viewProgress({ phase, done, total, bytes, sinceMs, doneBefore, atMs }: StoredProgress): ProgressView {
  const elapsedMs = atMs - sinceMs;
  const rate = elapsedMs > 0 ? Math.round(((done - doneBefore) * 10_000) / elapsedMs) / 10 : null;
  const isKnown = total !== undefined && rate !== null && rate > 0;
  return {
    phase,
    done,
    total: total ?? null,
    bytes: bytes ?? null,
    rate,
    secondsLeft: isKnown ? Math.max(0, Math.ceil((total - done) / rate)) : null,
    updatedAt: new Date(atMs),
  };
}

/**
 * Shows how far a job is, and by how much it went on since its phase began. For once a page or a second, never once an
 * item. Lost progress is no harm.
 */
export async function setJobProgress(
  pool: pg.Pool,
  jobId: string,
  { phase, itemsDone: done, itemsTotal: total, sizeBytes: bytes }: JobProgress,
): Promise<void> {
  const nowMs = Date.now();
  await pool.query(
    `UPDATE jobs.jobs SET progress = $2::jsonb || CASE WHEN progress ->> 'phase' = $3
         THEN jsonb_build_object('sinceMs', progress -> 'sinceMs', 'doneBefore', progress -> 'doneBefore')
         ELSE jsonb_build_object('sinceMs', $4::bigint, 'doneBefore', $5::bigint) END
     WHERE id = $1 AND ${jobIs.open}`,
    [jobId, JSON.stringify({ phase, done, total, bytes, atMs: nowMs }), phase, nowMs, done],
  );
}
