import type { Queryable } from '../database/pool.ts';
import { type EventKind, eventKinds } from './event-kinds.ts';

/** What came of an attempt to sign in; a lockout is one that was refused unseen, after too many failures. */
export type SignInKind = Extract<EventKind, 'SIGN_IN' | 'SIGN_IN_FAILURE' | 'SIGN_IN_LOCKOUT'>;

/** Equal attempts of a window of time. */
export interface CountedSignIns {
  readonly kind: SignInKind;
  /** As it was given: there need be no such account. */
  readonly name: string;
  readonly address: string;
  /** Who vouched for the person; undefined: the password of a local account. */
  readonly provider?: string | undefined;
  /** When the window begins: milliseconds since 1970. Equal attempts within it are one event. */
  readonly windowMs: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
  readonly count: number;
}

/**
 * Writes attempts, in the caller's transaction; those of a window that already has an event are added to it.
 *
 * A name that no account has is not written down: people type passwords into the wrong field. All such attempts of an
 * address are one row. A failure is an event of the account, whose owner sees it, and not by it.
 */
export async function recordSignIns(tx: Queryable, attempts: readonly CountedSignIns[]): Promise<void> {
  const rows = attempts.map(({ name, ...attempt }) => ({
    ...attempt,
    ...eventKinds[attempt.kind],
    name: /^[\x20-\x7e]{1,255}$/.test(name) ? name : '',
  }));
  await tx.query(
    `INSERT INTO registry.events (id, published_at, kind, type, actor_id, actor, actor_type, address, object_type,
                                  object_id, object_name, outcome, namespace, repository, contents, count,
                                  aggregate_key)
     SELECT gen_random_uuid(), min(s."firstAt"), s.kind, s.type,
            CASE s.kind WHEN 'SIGN_IN' THEN a.id END,
            CASE s.kind WHEN 'SIGN_IN' THEN coalesce(a.name, '') ELSE '' END,
            CASE s.kind WHEN 'SIGN_IN' THEN 'user' ELSE 'anonymous' END,
            s.address, s."objectType", coalesce(a.id::text, ''), coalesce(a.name, ''),
            CASE s.kind WHEN 'SIGN_IN' THEN 'success' ELSE 'failure' END, coalesce(a.name, ''), '',
            jsonb_strip_nulls(jsonb_build_object('lastAt', max(s."lastAt"), 'provider', s.provider)), sum(s.count),
            concat_ws(' ', s.kind, s."windowMs", coalesce(a.id::text, '-'), s.address, s.provider) AS key
     FROM jsonb_to_recordset($1::jsonb) AS s(
       kind text, type text, "objectType" text, name text, address text, provider text, "windowMs" bigint, "firstAt" timestamptz,
       "lastAt" timestamptz, count integer)
     LEFT JOIN accounts.accounts a ON a.name = s.name AND NOT a.is_org
     GROUP BY s.kind, s.type, s."objectType", s."windowMs", s.address, s.provider, a.id
     ORDER BY key
     ON CONFLICT (aggregate_key) WHERE aggregate_key IS NOT NULL
     DO UPDATE SET count = events.count + excluded.count, contents = excluded.contents`,
    [JSON.stringify(rows)],
  );
}
