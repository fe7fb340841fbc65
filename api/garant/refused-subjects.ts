import type { FastifyBaseLogger } from 'fastify';
import type pg from 'pg';
import { follow } from '../../database/follow.ts';
import type { Listener } from '../../database/listener.ts';

/** Knows whose tokens are refused before they expire: those of accounts that were made inactive, renamed or deleted. */
export interface RefusedSubjects {
  /** Answers from memory. */
  readonly isRefused: (subject: string, issuedAtSeconds: number) => boolean;
  readonly close: () => void;
}

export interface RefusedSubjectsDeps {
  readonly pool: pg.Pool;
  readonly listener: Pick<Listener, 'on'>;
  readonly log: Pick<FastifyBaseLogger, 'warn'>;
}

interface Refusal {
  readonly refusedAtSeconds: number;
  /** Whether the account is still not there. */
  readonly isGone: boolean;
}

/** Sent by a trigger of `accounts.accounts`, whoever changes an account. */
const channel = 'jobrunner_refused_subjects';
// A NOTIFY that got lost costs so much.
const pollIntervalMs = 30_000;

/**
 * Loads the refused subjects and follows them. There are few: a row is of no use once the tokens that the account had
 * have expired, for an account that is not active gets no new ones.
 *
 * @throws Error where the database cannot be asked
 */
export async function followRefusedSubjects({ pool, listener, log }: RefusedSubjectsDeps): Promise<RefusedSubjects> {
  const refusals = await follow({
    read: () => readRefusals(pool),
    listener,
    channel,
    pollIntervalMs,
    onError: (error) =>
      log.warn({ err: error }, 'the accounts that were made inactive could not be read; they are read again soon'),
  });
  return {
    isRefused: (subject, issuedAtSeconds) => {
      const refusal = refusals.current().get(subject);
      return refusal !== undefined && (refusal.isGone || issuedAtSeconds <= refusal.refusedAtSeconds);
    },
    close: () => refusals.close(),
  };
}

async function readRefusals(pool: pg.Pool): Promise<Map<string, Refusal>> {
  // Tokens live for 5 minutes; the rest is for clocks that differ.
  const { rows } = await pool.query<{ name: string } & Refusal>(
    `SELECT name, floor(extract(epoch FROM refused_at))::bigint AS "refusedAtSeconds", is_gone AS "isGone"
     FROM accounts.refused_subjects WHERE refused_at > now() - interval '15 minutes'`,
  );
  return new Map(rows.map(({ name, ...refusal }) => [name, refusal]));
}
