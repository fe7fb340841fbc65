import { taskQueues } from '../../workflows/shared/task-queues.ts';
import type { Action } from './action.ts';

export const analyticsReportAction: Action = {
  name: 'analytics_report',
  aliases: [],
  description: 'Sends totals of the use of this installation to ANALYTICS_URL, if the setting reportAnalytics is true.',
  stopAdvice: 'Safe to cancel, terminate or reset at any time: a report may then be sent twice or not at all.',
  parameters: {},
  requiredParameters: [],
  taskQueue: taskQueues.control,
  priority: 5,
  capacityMap: {},
  deadline: '',
  stopTimeout: '',
  overlap: 'skip',
  idParameters: [],
  startedBy: ['api', 'schedule'],
  defaultCron: undefined,
  isPausable: false,
};
