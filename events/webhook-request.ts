import type { OutboundRequest } from '../outbound/client.ts';

/** Where an event is sent, and how. */
export interface WebhookTarget {
  readonly endpoint: string;
  /** PEM of the authority of its certificate; empty: one of the well-known ones. */
  readonly tlsCert: string;
  readonly skipTLSVerification: boolean;
}

/** What a receiver reads. */
export interface WebhookPayload {
  /** As it was subscribed to. */
  readonly type: string;
  readonly createdAt: Date;
  readonly contents: unknown;
}

/**
 * The request by which a webhook tells of an event, in the form of MSR.
 *
 * @param deliveryId the same for every attempt: by it a receiver knows an event that it has seen
 */
export function webhookRequest(
  { endpoint, tlsCert, skipTLSVerification }: WebhookTarget,
  { type, createdAt, contents }: WebhookPayload,
  deliveryId: string,
): Omit<OutboundRequest, 'signal'> {
  return {
    url: new URL(endpoint),
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'jobrunner-webhook',
      'x-jobrunner-delivery': deliveryId,
    },
    body: JSON.stringify({ type, createdAt: createdAt.toISOString(), contents }),
    tlsCa: tlsCert || undefined,
    skipTlsVerification: skipTLSVerification,
  };
}
