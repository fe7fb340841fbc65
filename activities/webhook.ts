import { type ApplicationFailure, cancellationSignal } from '@temporalio/activity';
import type pg from 'pg';
import { releaseDeliveries } from '../jobs/queue/failing-deliveries.ts';
import { findDeliverySubscription, markDelivered, markFailing } from '../events/webhook-deliveries.ts';
import { webhookRequest } from '../events/webhook-request.ts';
import type { OutboundClient } from '../outbound/client.ts';
import { OutboundError, RefusedAddressError } from '../outbound/errors.ts';
import type { Logger } from '../log/logger.ts';
import { refused } from './failures.ts';
import { keepHeartbeating } from './heartbeat.ts';
import type { JobLog } from './job-log.ts';
import { currentJobFields, currentJobId } from './job-record.ts';
import { retryAfterMs } from './retry-after.ts';
import { findDeliveredEvent } from './webhook-event.ts';

export interface WebhookDeps {
  readonly pool: pg.Pool;
  readonly outbound: OutboundClient;
  readonly jobLog: JobLog;
  /** Gets what the job's own log does not tell: what a name resolved to, what was wrong with a certificate. */
  readonly log: Logger;
  /** Wait before the second attempt; each next wait is four times as long. */
  readonly firstRetryDelayMs: number;
}

export interface WebhookDelivery {
  /** `skipped`: the subscription is gone or inactive, so nobody waits for the event. */
  readonly outcome: 'delivered' | 'skipped';
  /** Those that a receiver has failed, and the last one: none is counted because the database was away. */
  readonly attempts: number;
  /** HTTP status of the receiver; undefined where nothing was sent. */
  readonly status?: number;
}

/** The receiver has failed, and is to be tried again. */
export interface PostponedDelivery {
  readonly outcome: 'postponed';
  /** How often it has failed. */
  readonly failures: number;
  /** How often it may be tried yet. */
  readonly attemptsLeft: number;
  readonly delayMs: number;
  /** What went wrong, in words for people. */
  readonly failure: string;
}

export interface DeliveryRequest {
  readonly eventId: string;
  readonly webhookId: string;
  /** How often the receiver has failed. */
  readonly failures: number;
}

/** How often a receiver may fail. */
export const maxFailures = 4;
// Whoever asks for more gets the next try all the same: a delivery has an end.
const maxRetryDelayMs = 5 * 60_000;
// Of the client errors, these alone can pass by themselves: request timeout, too early, too many requests.
const transientClientErrors = new Set([408, 425, 429]);

/** The activity of `webhook`. */
export function createWebhookActivities({ pool, outbound, jobLog, log, firstRetryDelayMs }: WebhookDeps) {
  return {
    /**
     * Sends an event to a subscription's endpoint: 2xx is success; other 4xx than 408, 425 and 429, a redirect and an address
     * that is refused by its number are final; everything else is postponed, by what `Retry-After` of the receiver asks for and 5 minutes
     * at most, until the receiver has failed four times. What is ours to fail, such as the database, does not count.
     *
     * @throws ApplicationFailure WEBHOOK_REFUSED (final) or WEBHOOK_FAILED (the fourth failure)
     */
    async deliverWebhook({
      eventId,
      webhookId,
      failures,
    }: DeliveryRequest): Promise<WebhookDelivery | PostponedDelivery> {
      using _heartbeat = keepHeartbeating(() => ({ phase: 'delivering', failures }));
      const attempt = failures + 1;
      const subscription = await findDeliverySubscription(pool, webhookId);
      if (!subscription || subscription.inactive) {
        await jobLog.write('info', 'skipped: the subscription was deleted or switched off', { webhookId });
        return { outcome: 'skipped', attempts: failures };
      }
      const event = await findDeliveredEvent(pool, eventId);
      if (!event) throw refusal(`event ${eventId} is no longer kept, so it cannot be delivered`);

      // Failures go into the history, and the path of an endpoint is often its secret.
      const { origin } = new URL(subscription.endpoint);
      const startedMs = performance.now();
      const request = webhookRequest(subscription, { ...event, type: subscription.type }, currentJobId());
      const response = await outbound.send({ ...request, signal: cancellationSignal() }).catch((error: unknown) => {
        if (!(error instanceof OutboundError)) throw error;
        log.info(
          { ...currentJobFields(), origin, attempt, failure: error.failure, err: error.cause },
          'delivery failed',
        );
        const message = `${origin}: ${error.message}`;
        if (error instanceof RefusedAddressError && error.isLiteral) throw refusal(message);
        return message;
      });
      if (typeof response === 'string') return countFailure(response);
      const durationMs = Math.round(performance.now() - startedMs);
      const { status } = response;
      if (status >= 200 && status < 300) {
        await jobLog.write('info', 'delivered', { attempt, status, durationMs });
        if (subscription.isFailing) await releaseDeliveries(pool, currentJobId(), subscription.endpoint);
        await markDelivered(pool, webhookId);
        return { outcome: 'delivered', attempts: attempt, status };
      }
      const message = `${origin} answered ${status}`;
      const answer = { status, durationMs };
      if (status < 500 && !transientClientErrors.has(status)) {
        await noteFailing();
        throw refusal(message, { attempt, ...answer });
      }
      return countFailure(message, answer, retryAfterMs(response.headers['retry-after'], Date.now()));

      /** Only how much the next deliveries may take depends on it: the try counts, whether it is written down or not. */
      async function noteFailing(): Promise<void> {
        await markFailing(pool, webhookId).catch((error: unknown) =>
          log.warn({ ...currentJobFields(), err: error }, 'a failing webhook was not marked'),
        );
      }

      /** @throws ApplicationFailure WEBHOOK_FAILED where there is no other try */
      async function countFailure(
        failure: string,
        answer?: Omit<Answer, 'attempt'>,
        askedDelayMs = firstRetryDelayMs * 4 ** (attempt - 1),
      ): Promise<PostponedDelivery> {
        await noteFailing();
        const delayMs = Math.min(askedDelayMs, maxRetryDelayMs);
        if (attempt >= maxFailures) throw refused('WEBHOOK_FAILED', failure, { attempt, ...answer });
        const line = { activity: 'deliverWebhook', attempt, error: failure, ...answer, nextTryInMs: delayMs };
        await jobLog.write('warn', 'attempt failed', line);
        return { outcome: 'postponed', failures: attempt, attemptsLeft: maxFailures - attempt, delayMs, failure };
      }
    },
  };
}

/** Which attempt failed, and what a receiver answered, if it did: for the log of the job. */
interface Answer {
  readonly attempt: number;
  readonly status?: number;
  readonly durationMs?: number;
}

function refusal(message: string, answer?: Answer): ApplicationFailure {
  return refused('WEBHOOK_REFUSED', message, answer);
}
