import type { Queryable } from '../database/pool.ts';
import type { WebhookType } from './event-kinds.ts';
import { assertWithinLimit, type LimitName } from '../settings/limits.ts';
import type { AdministeredRepositories } from './administered-repositories.ts';

/** A row of `registry.webhooks`. */
export interface WebhookRow {
  readonly id: string;
  readonly type: WebhookType;
  /** "namespace/name", "namespace", or empty for everything. */
  readonly key: string;
  readonly endpoint: string;
  readonly authorID: string;
  readonly createdAt: Date;
  readonly lastSuccessfulAt: Date | null;
  /** Null: the last delivery was taken, or there was none. */
  readonly failingSince: Date | null;
  readonly inactive: boolean;
  readonly tlsCert: string;
  readonly skipTLSVerification: boolean;
}

const columns = `id, type, key, endpoint, author_id AS "authorID", created_at AS "createdAt",
  last_successful_at AS "lastSuccessfulAt", failing_since AS "failingSince", inactive, tls_cert AS "tlsCert",
  skip_tls_verification AS "skipTLSVerification"`;

export interface WebhookFilter {
  readonly type?: string | undefined;
  /** Those whose key is exactly this. */
  readonly key?: string | undefined;
  /** Those about namespaces and repositories that somebody administers; by default, and with `all`, any. */
  readonly administered?: 'all' | AdministeredRepositories;
}

/** A page of webhook subscriptions, the oldest first, from the one of the id `pageStart` on; empty where it is gone. */
export async function listWebhooks(
  q: Queryable,
  filter: WebhookFilter,
  page: { readonly pageStart?: string | undefined; readonly pageSize: number },
): Promise<WebhookRow[]> {
  const { rows } = await q.query<WebhookRow>(
    `SELECT ${columns} FROM registry.webhooks
     WHERE ($1::text IS NULL OR type = $1) AND ($2::text IS NULL OR key = $2)
       AND ($3::text[] IS NULL OR split_part(key, '/', 1) = ANY ($3) OR key = ANY ($4::text[]))
       AND ($5::uuid IS NULL OR (created_at, id) >= (SELECT created_at, id FROM registry.webhooks WHERE id = $5))
     ORDER BY created_at, id LIMIT $6`,
    [...filterValues(filter), page.pageStart ?? null, page.pageSize],
  );
  return rows;
}

/** How many subscriptions there are. */
export async function countWebhooks(q: Queryable, filter: WebhookFilter): Promise<number> {
  const { rows } = await q.query<{ count: number }>(
    `SELECT count(*) AS count FROM registry.webhooks
     WHERE ($1::text IS NULL OR type = $1) AND ($2::text IS NULL OR key = $2)
       AND ($3::text[] IS NULL OR split_part(key, '/', 1) = ANY ($3) OR key = ANY ($4::text[]))`,
    filterValues(filter),
  );
  return rows[0]?.count ?? 0;
}

function filterValues({ type, key, administered: of }: WebhookFilter): unknown[] {
  const administered = of === 'all' ? undefined : of;
  return [type ?? null, key ?? null, administered?.namespaces ?? null, administered?.repositories ?? null];
}

export type NewWebhook = Omit<WebhookRow, 'id' | 'createdAt' | 'lastSuccessfulAt' | 'failingSince'>;

/**
 * Makes a subscription, in the caller's transaction: events from now on are delivered to it.
 *
 * @throws LimitReachedError where its key has too many: each of them is a job of every push
 */
export async function insertWebhook(tx: Queryable, webhook: NewWebhook): Promise<WebhookRow> {
  const { rows } = await tx.query<WebhookRow>(
    `INSERT INTO registry.webhooks (type, key, endpoint, author_id, tls_cert, skip_tls_verification, inactive)
     VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${columns}`,
    [
      webhook.type,
      webhook.key,
      webhook.endpoint,
      webhook.authorID,
      webhook.tlsCert,
      webhook.skipTLSVerification,
      webhook.inactive,
    ],
  );
  const inserted = rows[0];
  if (!inserted) throw new Error('the webhook was not inserted');
  await assertWithinLimit(tx, {
    limit: limitOfKey(webhook.key),
    place: webhook.key,
    things: 'SELECT FROM registry.webhooks WHERE key = $1',
    values: [webhook.key],
  });
  return inserted;
}

function limitOfKey(key: string): LimitName {
  if (key === '') return 'maxWebhooksOfInstallation';
  return key.includes('/') ? 'maxWebhooksPerRepository' : 'maxWebhooksPerNamespace';
}

/** One subscription, or undefined. */
export async function findWebhook(q: Queryable, id: string): Promise<WebhookRow | undefined> {
  const { rows } = await q.query<WebhookRow>(`SELECT ${columns} FROM registry.webhooks WHERE id = $1`, [id]);
  return rows[0];
}

/** What of a subscription can be changed: what is left out stays. */
export type WebhookChange = Partial<Pick<WebhookRow, 'endpoint' | 'inactive' | 'tlsCert' | 'skipTLSVerification'>>;

/** Changes a subscription, also for deliveries that wait. Gives it as it is then, or undefined where there is none. */
export async function updateWebhook(q: Queryable, id: string, change: WebhookChange): Promise<WebhookRow | undefined> {
  const { rows } = await q.query<WebhookRow>(
    `UPDATE registry.webhooks SET endpoint = coalesce($2, endpoint), inactive = coalesce($3, inactive),
       failing_since = CASE WHEN coalesce($2, endpoint) = endpoint THEN failing_since END,
       tls_cert = coalesce($4, tls_cert), skip_tls_verification = coalesce($5, skip_tls_verification)
     WHERE id = $1 RETURNING ${columns}`,
    [id, change.endpoint ?? null, change.inactive ?? null, change.tlsCert ?? null, change.skipTLSVerification ?? null],
  );
  return rows[0];
}

/** Deletes a subscription; deliveries that wait are skipped. Returns whether there was one. */
export async function deleteWebhook(q: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await q.query('DELETE FROM registry.webhooks WHERE id = $1', [id]);
  return rowCount === 1;
}

/** Deletes the subscriptions to a repository, in the transaction that deletes it. */
export async function deleteWebhooksOfRepository(tx: Queryable, namespace: string, name: string): Promise<void> {
  await tx.query('DELETE FROM registry.webhooks WHERE key = $1', [`${namespace}/${name}`]);
}

/** Deletes the subscriptions to a namespace and to what is in it, in the transaction that deletes its account. */
export async function deleteWebhooksOfNamespace(tx: Queryable, namespace: string): Promise<void> {
  await tx.query(`DELETE FROM registry.webhooks WHERE key = $1 OR starts_with(key, $1 || '/')`, [namespace]);
}
