import { defineAction } from './action.ts';

export const sleepAction = defineAction({
  name: 'sleep',
  description: 'Sleeps, to try out jobs.',
  stopAdvice: 'Safe to cancel, terminate or reset at any time.',
  parameters: {
    seconds: {
      type: 'integer',
      pattern: '^[0-9]{1,6}$',
      allowed: 'a whole number from 0 to 999999',
      description: 'how long to sleep',
      default: 60,
    },
  },
  priority: 3,
  isPausable: true,
});
