import { defineAction } from './action.ts';
import { uuid } from './common-parameters.ts';

export const webhookAction = defineAction({
  name: 'webhook',
  description: 'Sends one event to one webhook subscription.',
  stopAdvice: 'Safe to cancel: the event is then not delivered. Safe to reset: the receiver may get it twice.',
  parameters: {
    eventID: { ...uuid('the event to deliver'), isRequired: true },
    webhookID: { ...uuid('the subscription to deliver it to'), isRequired: true },
    type: {
      type: 'text',
      pattern: '^[A-Z_]{1,40}$',
      allowed: '1 to 40 capital letters and "_"',
      description: 'the kind of event, for people',
    },
  },
  priority: 1,
  overlap: 'allow',
  idParameters: ['eventID', 'webhookID'],
  startedBy: ['api', 'event'],
  isPausable: false,
});
