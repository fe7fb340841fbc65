import type pg from 'pg';
import { follow } from '../../database/follow.ts';
import type { Listener } from '../../database/listener.ts';
import type { Queryable } from '../../database/pool.ts';
import type { Logger } from '../../log/logger.ts';

/**
 * Knows which tokens have ended before they expire: those of accounts, robots and credentials that are gone, were changed
 * or lost rights.
 */
export interface EndedTokens {
  /** Whether one of the generations that a token names has ended. Answers from memory. */
  readonly hasEnded: (generations: readonly number[]) => boolean;
  readonly close: () => void;
}

export interface EndedTokensDeps {
  readonly pool: pg.Pool;
  readonly listener: Pick<Listener, 'on'>;
  readonly log: Pick<Logger, 'warn'>;
}

/** Sent by triggers, whoever changes what tokens stand on. */
const channel = 'jobrunner_ended_tokens';
// A NOTIFY that got lost costs so much.
const pollIntervalMs = 30_000;

/**
 * Loads the generations that have ended, and follows them. They are few: one is of no use once the tokens that name it
 * have expired.
 *
 * @throws Error where the database cannot be asked
 */
export async function followEndedTokens({ pool, listener, log }: EndedTokensDeps): Promise<EndedTokens> {
  const ended = await follow({
    read: () => readEnded(pool),
    listener,
    channel,
    pollIntervalMs,
    onError: (error) => log.warn({ err: error }, 'the list of revoked tokens could not be read; it is read again soon'),
  });
  return {
    hasEnded: (generations) => generations.some((generation) => ended.current().has(generation)),
    close: () => ended.close(),
  };
}

async function readEnded(pool: pg.Pool): Promise<Set<number>> {
  // Tokens live for 5 minutes; the rest is for clocks that differ.
  const { rows } = await pool.query<{ generation: number }>(
    `SELECT generation FROM accounts.ended_generations WHERE ended_at > now() - interval '15 minutes'`,
  );
  return new Set(rows.map(({ generation }) => generation));
}

/** Deletes what ended a day ago or longer, `limit` at the most. Gives how many they were. */
export async function deleteOldGenerations(q: Queryable, limit: number): Promise<number> {
  const { rowCount } = await q.query(
    `DELETE FROM accounts.ended_generations WHERE generation IN (
       SELECT generation FROM accounts.ended_generations WHERE ended_at <= now() - interval '1 day'
       ORDER BY ended_at LIMIT $1 FOR UPDATE SKIP LOCKED)`,
    [limit],
  );
  return rowCount ?? 0;
}
