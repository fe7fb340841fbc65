import type pg from 'pg';

/** Tells whoever listens that there is work, soon after it was committed. */
export interface WakeUp {
  /** Returns at once. Call after the commit, never inside of the transaction. */
  readonly send: () => void;
}

/**
 * Makes the sender for one NOTIFY channel.
 *
 * NOTIFY inside of a transaction takes a lock that makes all such transactions of the cluster commit one after another,
 * so a push sends it afterwards, in a statement of its own; calls that come while one is on its way share the next.
 * A wake-up that is lost costs a listener the wait until its next poll, nothing else.
 *
 * @param onError told of a NOTIFY that failed
 */
export function createWakeUp(pool: pg.Pool, channel: string, onError: (error: Error) => void): WakeUp {
  let isSending = false;
  let isWanted = false;
  async function sendAll(): Promise<void> {
    isSending = true;
    while (isWanted) {
      isWanted = false;
      await pool.query('SELECT pg_notify($1, $2)', [channel, '']).catch(onError);
    }
    isSending = false;
  }
  return {
    send: () => {
      isWanted = true;
      if (!isSending) void sendAll();
    },
  };
}

/** Rows were added to `jobs.outbox`. */
export const outboxChannel = 'jobrunner_outbox';
/** A job's status or log changed; only sent by whoever writes them. */
export const jobChannel = 'jobrunner_jobs';
/** `jobs.crons` changed. */
export const cronChannel = 'jobrunner_crons';
