import { proxyActivities } from '@temporalio/workflow';
import type { WebhookActivities, WebhookDelivery } from '../activities/webhook.ts';
import { textParameter, type JobInput } from './shared/job-input.ts';
import { webhookOptions } from './shared/options.ts';
import { createProgressReport } from './shared/progress.ts';

const { deliverWebhook } = proxyActivities<WebhookActivities>(webhookOptions);

/**
 * `webhook`: delivers one event to one subscription. The payload stays in the database; ids travel.
 *
 * Fails with type WebhookRefused where trying again cannot help, and WebhookFailed after the last attempt.
 */
export async function webhook(input: JobInput): Promise<WebhookDelivery> {
  const eventId = textParameter(input, 'eventID');
  const webhookId = textParameter(input, 'webhookID');
  const progress = createProgressReport({ phase: 'delivering', itemsDone: 0, itemsTotal: 1 });
  const delivery = await deliverWebhook.executeWithOptions(
    { summary: `deliver ${input.parameters['type'] ?? 'event'} of ${input.repository || 'the registry'}` },
    [{ eventId, webhookId }],
  );
  progress.set({ phase: delivery.outcome, itemsDone: 1, itemsTotal: 1 });
  return delivery;
}
