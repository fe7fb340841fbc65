import { type TransactionSource, withTransaction } from '../../database/transaction.ts';

/** How long what may have lost its last reference is kept. */
export interface ReviewSettings {
  /** How long after an event a manifest or blob is reviewed. */
  readonly reviewDelayMs: number;
  /** How long a blob without a reference is kept once a client that may push was told that it exists. */
  readonly blobLeaseMs: number;
  /** The delays of events that have one of their own, by the event's name. */
  readonly eventDelaysMs: Readonly<Record<string, number>>;
}

/** Stores the settings for the triggers that fill the review queues, and for all processes. */
export async function storeReviewSettings(source: TransactionSource, settings: ReviewSettings): Promise<void> {
  await withTransaction(source, async (tx) => {
    await tx.query(
      `UPDATE registry.gc_settings SET review_delay = $1 * interval '1 ms', blob_lease = $2 * interval '1 ms'`,
      [settings.reviewDelayMs, settings.blobLeaseMs],
    );
    await tx.query('DELETE FROM registry.gc_event_delays');
    await tx.query(
      `INSERT INTO registry.gc_event_delays (event, review_delay)
       SELECT key, value::bigint * interval '1 ms' FROM jsonb_each_text($1)`,
      [JSON.stringify(settings.eventDelaysMs)],
    );
  });
}
