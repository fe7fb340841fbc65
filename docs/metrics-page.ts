import type { MetricDescription } from '../telemetry/metrics-list.ts';
import { markdownTable } from './markdown-table.ts';

const intro = `# Metrics

Look up what each metric of \`/metrics\` counts. How to scrape them, and the alerts that use them, are in
[OPERATIONS.md](../OPERATIONS.md#scrape-metrics). This page is made from \`telemetry/\` by \`npm run docs\`.

- Values are the sum of all processes of an instance. Metrics whose names begin with \`process_\`, \`nodejs_\` or
  \`jobrunner_process_\` are of each process, named by the label \`process\`.
- Counters of processes that have ended are kept.
- A process that serves HTTP uses about 300 MB (\`process_resident_memory_bytes\`), the primary process with the workers
  about 400 MB.`;

const temporalIntro = `## Metrics of Temporal's SDK

With \`TEMPORAL_METRICS_ADDRESS\` a worker also serves the metrics of Temporal's SDK, at that address. The most useful ones
are:`;

const temporalMetrics = [
  ['`temporal_long_request_failure_total`', 'grows while Temporal is away'],
  ['`temporal_workflow_task_execution_failed_total`', 'grows while a workflow cannot go on'],
  ['`temporal_activity_execution_failed_total`', 'attempts of activities that failed'],
  ['`temporal_worker_task_slots_available`', 'tasks that the worker could still take'],
];

/** The page docs/metrics.md, in Markdown. */
export function metricsPage(metrics: readonly MetricDescription[]): string {
  const rows = metrics.map(({ name, help }) => [`\`${name}\``, help]);
  const own = markdownTable([['metric', 'what it counts'], ...rows]);
  const temporal = markdownTable([['metric', 'what it means'], ...temporalMetrics]);
  return `${[intro, own, temporalIntro, temporal].join('\n\n')}\n`;
}
