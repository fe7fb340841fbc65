import { Counter, Histogram, Registry } from '@prometheus-io/client';
import { actions } from '../jobs/actions/catalogue.ts';
import type { JobObserver } from '../jobs/records/records.ts';
import type { FinalStatus } from '../jobs/records/status.ts';
import { exportMetrics, type MetricsSnapshot } from './snapshot.ts';

/** The metrics of a process that runs jobs. */
export interface JobMetrics {
  readonly observer: JobObserver;
  readonly snapshot: () => Promise<MetricsSnapshot>;
}

const bucketsSeconds = [0.1, 0.5, 2, 10, 60, 300, 3_600];
const finalStatuses: readonly FinalStatus[] = ['done', 'error', 'cancel'];

/** Sets up the metrics of jobs: counted in memory, from what this process has started and ended. */
export function createJobMetrics(): JobMetrics {
  const registry = new Registry();
  const registers = [registry];
  const started = new Counter({
    name: 'jobrunner_jobs_started_total',
    help: 'Jobs that have started, by action and trigger.',
    labelNames: ['action', 'trigger'],
    registers,
  });
  const ended = new Counter({
    name: 'jobrunner_jobs_ended_total',
    help: 'Jobs that have ended, by action and status (done, error, cancel).',
    labelNames: ['action', 'status'],
    registers,
  });
  const retried = new Counter({
    name: 'jobrunner_jobs_retried_total',
    help: 'Jobs that failed and got a retry, by action.',
    labelNames: ['action'],
    registers,
  });
  const waited = new Histogram({
    name: 'jobrunner_job_wait_seconds',
    help: 'How long jobs waited from when they were due until they started, by action.',
    labelNames: ['action'],
    buckets: bucketsSeconds,
    registers,
  });
  const ran = new Histogram({
    name: 'jobrunner_job_duration_seconds',
    help: 'How long jobs ran, by action.',
    labelNames: ['action'],
    buckets: bucketsSeconds,
    registers,
  });
  // A rate needs a zero to begin with.
  for (const { name: action } of actions) {
    waited.zero({ action });
    for (const status of finalStatuses) ended.inc({ action, status }, 0);
  }
  return {
    observer: {
      started: ({ action, trigger, waitMs }) => {
        started.inc({ action, trigger });
        waited.observe({ action }, waitMs / 1_000);
      },
      ended: ({ action, status, runMs, isRetried }) => {
        ended.inc({ action, status });
        if (isRetried) retried.inc({ action });
        if (runMs !== undefined) ran.observe({ action }, runMs / 1_000);
      },
    },
    snapshot: () => exportMetrics(registry),
  };
}
