import { taskQueues } from '../../workflows/shared/task-queues.ts';
import type { Action } from './action.ts';
import { dryRun } from './common-parameters.ts';

export const ldapSyncAction: Action = {
  name: 'ldap_sync',
  aliases: [],
  description: 'Brings accounts and teams in line with the LDAP directory.',
  stopAdvice: 'Safe to cancel, terminate or reset at any time: what is left is done by the next run.',
  parameters: {
    dryRun: { ...dryRun, description: 'only tell what would change' },
    maxDeactivatedPercent: {
      type: 'string',
      pattern: '^([0-9]|[1-9][0-9]|100)$',
      allowed: 'a whole number from 0 to 100',
      description: 'fail, and make nobody inactive, where more of the imported accounts than that are gone',
      default: '20',
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
  isPausable: false,
};
