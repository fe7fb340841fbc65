import { defineAction } from './action.ts';

export const analyticsReportAction = defineAction({
  name: 'analytics_report',
  description: 'Sends totals of the use of this installation to ANALYTICS_URL, if the setting reportAnalytics is true.',
  stopAdvice: 'Safe to cancel, terminate or reset at any time: a report may then be sent twice or not at all.',
  priority: 5,
  isPausable: false,
});
