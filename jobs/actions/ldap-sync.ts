import { defineAction } from './action.ts';
import { flag } from './common-parameters.ts';

export const ldapSyncAction = defineAction({
  name: 'ldap_sync',
  description: 'Brings accounts and teams in line with the LDAP directory.',
  stopAdvice: 'Safe to cancel, terminate or reset at any time: what is left is done by the next run.',
  parameters: {
    dryRun: flag('only tell what would change'),
    maxDeactivatedPercent: {
      type: 'integer',
      pattern: '^([0-9]|[1-9][0-9]|100)$',
      allowed: 'a whole number from 0 to 100',
      description: 'fail, and make nobody inactive, where more of the imported accounts than that are gone',
      default: 20,
    },
  },
  priority: 3,
  isPausable: false,
});
