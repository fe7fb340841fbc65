import { isCancellation } from '@temporalio/workflow';
import type { WebhookDelivery } from '../activities/webhook.ts';
import { webhookAction } from '../jobs/actions/webhook.ts';
import type { JobSpec } from '../jobs/records/job-spec.ts';
import { activities } from './shared/activities.ts';
import { webhookOptions } from './shared/options.ts';
import { readParameters } from './shared/parameters.ts';
import { createParking } from './shared/parking.ts';
import { createProgressReport } from './shared/progress.ts';

const { deliverWebhook } = activities(webhookOptions);

/**
 * `webhook`: delivers one event to one subscription. The payload stays in the database; ids travel. While it waits for the
 * next try it holds no place that somebody else's delivery could have.
 *
 * Fails with type WEBHOOK_REFUSED where trying again cannot help, and WEBHOOK_FAILED after the last attempt.
 */
export async function webhook(input: JobSpec): Promise<WebhookDelivery> {
  const { eventID: eventId, webhookID: webhookId, type = 'event' } = readParameters(webhookAction, input);
  const progress = createProgressReport({ phase: 'delivering', itemsDone: 0, itemsTotal: 1 });
  const parking = createParking();
  const show = (phase: string, note?: string): void => progress.set({ phase, itemsDone: 0, itemsTotal: 1, note });
  const summary = `deliver ${type} of ${input.repository || 'the registry'}`;
  try {
    for (let failures = 0; ;) {
      const delivery = await deliverWebhook.executeWithOptions({ summary: `${summary}, attempt ${failures + 1}` }, [
        { eventId, webhookId, failures },
      ]);
      if (delivery.outcome !== 'postponed') {
        progress.set({ phase: delivery.outcome, itemsDone: 1, itemsTotal: 1 });
        return delivery;
      }
      failures = delivery.failures;
      const failed = `Attempt ${failures} failed: ${delivery.failure}. Attempts left: ${delivery.attemptsLeft}`;
      show('waiting for the next try', `${failed}, the next in ${Math.ceil(delivery.delayMs / 1_000)} s.`);
      await parking.wait(delivery.delayMs);
      show('delivering', `${failed}.`);
    }
  } catch (error) {
    // Why, the interceptor of all jobs shows.
    show(isCancellation(error) ? 'cancelled' : 'failed');
    throw error;
  }
}
