import { LRUCache } from 'lru-cache';
import type { Queryable } from '../../database/pool.ts';

/** A client that asks for a manifest: what the requests of one pull have in common. */
export interface ManifestClient {
  readonly repositoryId: number;
  readonly digest: string;
  /** Account name; empty: nobody signed in. */
  readonly actor: string;
  readonly address: string;
}

/** For which tags clients ask by HEAD, so that what they then pull by digest is told under the tag. */
export interface AskedTags {
  /** A client was told which manifest a tag names. */
  readonly asked: (client: ManifestClient, tag: string) => void;
  /** Writes what this process has been asked since the last time, and forgets what is old. */
  readonly write: () => Promise<void>;
  /** For which tag each of the clients has asked, in any process, if for one at all. */
  readonly find: (clients: readonly ManifestClient[]) => Promise<readonly (string | undefined)[]>;
}

/** How long it counts that a client has asked: docker and containerd pull at once, after a token at most. */
const lifeSeconds = 60;
// Who asks again and again is written down again and again, but not each time.
const rewriteAfterMs = 20_000;
// What is asked beyond it within a second is not written down.
const maxPerWrite = 1_000;

interface Asked extends ManifestClient {
  readonly tag: string;
}

/** Makes the memory of a process for what it writes to the database from time to time. */
export function createAskedTags(db: Queryable): AskedTags {
  const written = new LRUCache<string, string>({ max: 10 * maxPerWrite, ttl: rewriteAfterMs });
  let pending = new Map<string, Asked>();

  return {
    asked: (client, tag) => {
      const key = keyOf(client);
      if (written.get(key) === tag || (pending.size >= maxPerWrite && !pending.has(key))) return;
      pending.set(key, { ...client, tag });
    },

    write: async () => {
      if (pending.size === 0) return;
      const asked = pending;
      pending = new Map();
      await insertAsked(db, [...asked.values()]);
      for (const [key, { tag }] of asked) written.set(key, tag);
    },

    find: (clients) => findAsked(db, clients),
  };
}

async function insertAsked(db: Queryable, asked: readonly Asked[]): Promise<void> {
  await db.query({
    name: 'registry-forget-asked-tags',
    text: `DELETE FROM registry.asked_tags WHERE (repository_id, digest, actor, address) IN (
             SELECT repository_id, digest, actor, address FROM registry.asked_tags
             WHERE asked_at < now() - make_interval(secs => $1) ORDER BY asked_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
    values: [lifeSeconds, 10 * maxPerWrite],
  });
  // In the order of the key, so that two processes cannot deadlock.
  await db.query({
    name: 'registry-insert-asked-tags',
    text: `INSERT INTO registry.asked_tags (repository_id, digest, actor, address, tag, asked_at)
           SELECT *, now() FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[])
             AS asked (repository_id, digest, actor, address, tag)
           ORDER BY repository_id, digest COLLATE "C", actor, address
           ON CONFLICT (repository_id, digest, actor, address) DO UPDATE
             SET tag = excluded.tag, asked_at = excluded.asked_at`,
    values: [...columnsOf(asked), asked.map(({ tag }) => tag)],
  });
}

async function findAsked(db: Queryable, clients: readonly ManifestClient[]): Promise<(string | undefined)[]> {
  if (clients.length === 0) return [];
  const { rows } = await db.query<{ tag: string | null }>({
    name: 'registry-find-asked-tags',
    text: `SELECT a.tag FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY
             AS client (repository_id, digest, actor, address, place)
           LEFT JOIN registry.asked_tags a ON a.repository_id = client.repository_id AND a.digest = client.digest
             AND a.actor = client.actor AND a.address = client.address
             AND a.asked_at >= now() - make_interval(secs => $5)
           ORDER BY client.place`,
    values: [...columnsOf(clients), lifeSeconds],
  });
  return rows.map(({ tag }) => tag ?? undefined);
}

function columnsOf(clients: readonly ManifestClient[]): [number[], string[], string[], string[]] {
  return [
    clients.map(({ repositoryId }) => repositoryId),
    clients.map(({ digest }) => digest),
    clients.map(({ actor }) => actor),
    clients.map(({ address }) => address),
  ];
}

function keyOf({ repositoryId, digest, actor, address }: ManifestClient): string {
  return `${repositoryId} ${digest} ${address} ${actor}`;
}
