import { taskQueues } from '../../workflows/shared/task-queues.ts';
import type { Action } from './action.ts';

export const sleepAction: Action = {
  name: 'sleep',
  aliases: [],
  description: 'Sleeps, to try out jobs.',
  stopAdvice: 'Safe to cancel, terminate or reset at any time.',
  parameters: {
    seconds: {
      type: 'string',
      pattern: '^[0-9]{1,6}$',
      allowed: 'a whole number from 0 to 999999',
      description: 'how long to sleep',
      default: '60',
    },
  },
  requiredParameters: [],
  taskQueue: taskQueues.control,
  priority: 3,
  capacityMap: {},
  deadline: '',
  stopTimeout: '',
  overlap: 'skip',
  idParameters: [],
  startedBy: ['api', 'schedule'],
  defaultCron: undefined,
  isPausable: true,
};
