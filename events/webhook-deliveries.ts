import type { Queryable } from '../database/pool.ts';
import type { WebhookTarget } from './webhook-request.ts';

/** A subscription, as whoever delivers to it needs it. */
export interface DeliverySubscription extends WebhookTarget {
  readonly type: string;
  readonly inactive: boolean;
  /** Whether the last delivery to it failed. */
  readonly isFailing: boolean;
}

/** The subscription that a delivery is for, or undefined where it was deleted. */
export async function findDeliverySubscription(
  q: Queryable,
  webhookId: string,
): Promise<DeliverySubscription | undefined> {
  const { rows } = await q.query<DeliverySubscription>(
    `SELECT type, endpoint, tls_cert AS "tlsCert", skip_tls_verification AS "skipTLSVerification", inactive,
            failing_since IS NOT NULL AS "isFailing"
     FROM registry.webhooks WHERE id = $1`,
    [webhookId],
  );
  return rows[0];
}

/** The receiver has taken a delivery: the subscription does not fail any more. */
export async function markDelivered(q: Queryable, webhookId: string): Promise<void> {
  await q.query('UPDATE registry.webhooks SET last_successful_at = now(), failing_since = NULL WHERE id = $1', [
    webhookId,
  ]);
}

/** The receiver has failed a delivery: the subscription fails from now on, unless it did before. */
export async function markFailing(q: Queryable, webhookId: string): Promise<void> {
  await q.query('UPDATE registry.webhooks SET failing_since = now() WHERE id = $1 AND failing_since IS NULL', [
    webhookId,
  ]);
}
