/** How far a job is, in its phase. */
export interface JobProgress {
  readonly phase: string;
  /** Items of the phase that are done. */
  readonly done: number;
  /** Undefined where nobody can know. */
  readonly total?: number | undefined;
  readonly bytes?: number | undefined;
}

/** What is in a job's row: the progress, and what its rate is counted from. */
export interface StoredProgress extends JobProgress {
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
