/** What of a job's row says how far it has come. */
interface Stages {
  readonly endedAt: Date | null;
  readonly parkedAt: Date | null;
}

/** Whether a job has come to its end, whichever it is. */
export function isOver({ endedAt }: Pick<Stages, 'endedAt'>): boolean {
  return endedAt !== null;
}

/** Whether the workflow of a job waits without a place. */
export function isParked({ parkedAt }: Pick<Stages, 'parkedAt'>): boolean {
  return parkedAt !== null;
}

/** SQL conditions on rows of `jobs.jobs`. Indexes have the same words: others would not be found by them. */
export const jobIs = {
  /** It has come to its end. */
  over: 'ended_at IS NOT NULL',
  /** It has not. */
  open: 'ended_at IS NULL',
  /** Temporal is to have it. */
  admitted: 'admitted_at IS NOT NULL AND ended_at IS NULL',
  /** Temporal is to have it, and it takes a place: it is not parked. */
  inFlight: 'admitted_at IS NOT NULL AND ended_at IS NULL AND parked_at IS NULL',
} as const;
