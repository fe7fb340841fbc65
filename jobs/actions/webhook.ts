import { taskQueues } from '../../workflows/shared/task-queues.ts';
import type { Action } from './action.ts';
import { uuidPattern } from './common-parameters.ts';

export const webhookAction: Action = {
  name: 'webhook',
  aliases: [],
  description: 'Sends one event to one webhook subscription.',
  stopAdvice: 'Safe to cancel: the event is then not delivered. Safe to reset: the receiver may get it twice.',
  parameters: {
    eventID: {
      type: 'string',
      pattern: uuidPattern,
      allowed: 'an id such as 00000000-0000-4000-8000-000000000000',
      description: 'the event to deliver',
    },
    webhookID: {
      type: 'string',
      pattern: uuidPattern,
      allowed: 'an id such as 00000000-0000-4000-8000-000000000000',
      description: 'the subscription to deliver it to',
    },
    type: {
      type: 'string',
      pattern: '^[A-Z_]{1,40}$',
      allowed: '1 to 40 capital letters and "_"',
      description: 'the kind of event, for people',
    },
  },
  requiredParameters: ['eventID', 'webhookID'],
  taskQueue: taskQueues.control,
  priority: 1,
  capacityMap: {},
  deadline: '',
  stopTimeout: '',
  overlap: 'allow',
  idParameters: ['eventID', 'webhookID'],
  startedBy: ['api', 'event'],
  defaultCron: undefined,
  isPausable: false,
};
