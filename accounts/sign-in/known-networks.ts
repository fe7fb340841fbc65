import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import type { Queryable } from '../../database/pool.ts';
import { withTransaction } from '../../database/transaction.ts';
import type { Logger } from '../../log/logger.ts';

/** Knows from which networks accounts have signed in. All processes share what they know. */
export interface KnownNetworks {
  /** Whether the account of this name has signed in from the network within 90 days. */
  readonly isKnown: (name: string, network: string) => Promise<boolean>;
  /** Notes that it has, right now. It is written in the background, once a day. */
  readonly remember: (name: string, network: string) => void;
  /** Resolves once everything is written. */
  readonly close: () => Promise<void>;
}

const keepDays = 90;
const maxNetworks = 100;
const maxRemembered = 20_000;
const rewriteMs = 24 * 3_600_000;
// For so long a process does not see that somebody has signed in at another one. Attempts that are refused are to cost
// no statement each.
const unknownForMs = 5_000;

/** Makes what a process knows of networks. */
export function createKnownNetworks(pool: pg.Pool, log: Pick<Logger, 'warn'>): KnownNetworks {
  // By names and networks; and by networks alone, whether anybody has signed in from there. Attacks come from where
  // nobody has, whatever names they try.
  const pairs = new LRUCache<string, boolean>({ max: maxRemembered });
  const anybody = new LRUCache<string, boolean>({ max: maxRemembered });
  const written = new LRUCache<string, true>({ max: maxRemembered, ttl: rewriteMs });
  let writing: Promise<void> = Promise.resolve();

  async function look(cache: LRUCache<string, boolean>, key: string, find: () => Promise<boolean>): Promise<boolean> {
    const remembered = cache.get(key);
    if (remembered !== undefined) return remembered;
    const found = await find();
    // It may have been noted meanwhile.
    const isKnown = cache.get(key) ?? found;
    cache.set(key, isKnown, { ttl: isKnown ? rewriteMs : unknownForMs });
    return isKnown;
  }

  return {
    isKnown: async (name, network) =>
      (await look(anybody, network, () => isAnybodyKnown(pool, network))) &&
      look(pairs, keyOf(name, network), () => isPairKnown(pool, name, network)),
    remember: (name, network) => {
      const key = keyOf(name, network);
      pairs.set(key, true, { ttl: rewriteMs });
      anybody.set(network, true, { ttl: rewriteMs });
      if (written.has(key)) return;
      written.set(key, true);
      writing = writing
        .then(() => saveKnownNetwork(pool, name, network))
        .catch((error: unknown) => {
          written.delete(key);
          log.warn(
            { err: error },
            'from where somebody has signed in could not be written; it is tried again next time',
          );
        });
    },
    close: () => writing,
  };
}

function keyOf(name: string, network: string): string {
  return JSON.stringify([name, network]);
}

async function isAnybodyKnown(q: Queryable, network: string): Promise<boolean> {
  const { rowCount } = await q.query({
    name: 'find-network',
    text: `SELECT FROM accounts.known_networks
           WHERE network = $1 AND seen_at > now() - $2 * interval '1 day' LIMIT 1`,
    values: [network, keepDays],
  });
  return rowCount === 1;
}

async function isPairKnown(q: Queryable, name: string, network: string): Promise<boolean> {
  const { rowCount } = await q.query({
    name: 'find-known-network',
    text: `SELECT FROM accounts.known_networks k JOIN accounts.accounts a ON a.id = k.account_id
           WHERE a.name = $1 AND k.network = $2 AND k.seen_at > now() - $3 * interval '1 day'`,
    values: [name, network, keepDays],
  });
  return rowCount === 1;
}

/** The networks that were not seen for longest go where an account has many. */
async function saveKnownNetwork(pool: pg.Pool, name: string, network: string): Promise<void> {
  // Two processes may delete the same ones, and wait for each other.
  await withTransaction(pool, (tx) =>
    tx.query(
      `WITH account AS (SELECT id FROM accounts.accounts WHERE name = $1 AND NOT is_org),
       superfluous AS (
         DELETE FROM accounts.known_networks k USING account
         WHERE k.account_id = account.id AND k.network IN (
           SELECT network FROM accounts.known_networks WHERE account_id = account.id AND network <> $2
           ORDER BY seen_at DESC, network OFFSET $3))
       INSERT INTO accounts.known_networks (account_id, network) SELECT id, $2 FROM account
       ON CONFLICT (account_id, network) DO UPDATE SET seen_at = now()`,
      [name, network, maxNetworks - 1],
    ),
  );
}

/** Deletes networks that were not seen for 90 days, `limit` at the most. Gives how many they were. */
export async function deleteOldNetworks(q: Queryable, limit: number): Promise<number> {
  const { rowCount } = await q.query(
    `DELETE FROM accounts.known_networks WHERE (account_id, network) IN (
       SELECT account_id, network FROM accounts.known_networks WHERE seen_at <= now() - $2 * interval '1 day'
       ORDER BY seen_at LIMIT $1 FOR UPDATE SKIP LOCKED)`,
    [limit, keepDays],
  );
  return rowCount ?? 0;
}
