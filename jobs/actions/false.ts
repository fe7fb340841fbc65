import { defineAction } from './action.ts';

export const falseAction = defineAction({
  name: 'false',
  description: 'Always fails, to try out retries and alerts.',
  stopAdvice: 'Safe to cancel, terminate or reset at any time.',
  priority: 3,
  isPausable: false,
});
