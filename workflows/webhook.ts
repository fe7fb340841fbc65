import { patched } from '@temporalio/workflow';
import { activities } from './shared/activities.ts';
import type { WebhookDelivery } from '../activities/webhook.ts';
import { textParameter, type JobInput } from './shared/job-input.ts';
import { webhookOptions } from './shared/options.ts';
import { createParking } from './shared/parking.ts';
import { createProgressReport } from './shared/progress.ts';

const { deliverWebhook } = activities(webhookOptions);

/**
 * `webhook`: delivers one event to one subscription. The payload stays in the database; ids travel. While it waits for the
 * next try it holds no place that somebody else's delivery could have.
 *
 * Fails with type WebhookRefused where trying again cannot help, and WebhookFailed after the last attempt.
 */
export async function webhook(input: JobInput): Promise<WebhookDelivery> {
  const ids = { eventId: textParameter(input, 'eventID'), webhookId: textParameter(input, 'webhookID') };
  const progress = createProgressReport({ phase: 'delivering', itemsDone: 0, itemsTotal: 1 });
  const parking = createParking();
  const summary = `deliver ${input.parameters['type'] ?? 'event'} of ${input.repository || 'the registry'}`;
  const givesPlaceBack = patched('a-delivery-gives-its-place-back');
  for (let failures = 0; ;) {
    const delivery = await deliverWebhook.executeWithOptions({ summary }, [
      { ...ids, ...(givesPlaceBack && { failures }) },
    ]);
    if (delivery.outcome !== 'postponed') {
      progress.set({ phase: delivery.outcome, itemsDone: 1, itemsTotal: 1 });
      return delivery;
    }
    failures = delivery.failures;
    const note = `Attempt ${failures} failed: ${delivery.failure}. The next one is in ${Math.ceil(delivery.delayMs / 1_000)} s.`;
    progress.set({ phase: 'waiting for the next try', itemsDone: 0, itemsTotal: 1, note });
    await parking.wait(delivery.delayMs);
    progress.set({
      phase: 'delivering',
      itemsDone: 0,
      itemsTotal: 1,
      note: `Attempt ${failures} failed: ${delivery.failure}.`,
    });
  }
}
