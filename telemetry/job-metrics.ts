import { Counter, Histogram, Registry } from '@prometheus-io/client';
import type { JobObserver } from '../jobs/records.ts';
import { exportMetrics, type MetricsSnapshot } from './snapshot.ts';

/** The metrics of a process that runs jobs. */
export interface JobMetrics {
  readonly observer: JobObserver;
  readonly snapshot: () => Promise<MetricsSnapshot>;
}

const bucketsSeconds = [0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3_600, 14_400];

/** Sets up the metrics of jobs: counted in memory, from what this process has started and ended. */
export function createJobMetrics(): JobMetrics {
  const registry = new Registry();
  const registers = [registry];
  const started = new Counter({
    name: 'jobrunner_jobs_started_total',
    help: 'Jobs that have begun to run.',
    labelNames: ['action', 'trigger'],
    registers,
  });
  const ended = new Counter({
    name: 'jobrunner_jobs_ended_total',
    help: 'Jobs that have ended.',
    labelNames: ['action', 'status'],
    registers,
  });
  const retried = new Counter({
    name: 'jobrunner_jobs_retried_total',
    help: 'Jobs that failed and are tried again, as another job.',
    labelNames: ['action'],
    registers,
  });
  const waited = new Histogram({
    name: 'jobrunner_job_wait_seconds',
    help: 'How long jobs waited, from when they were due until they ran.',
    labelNames: ['action'],
    buckets: bucketsSeconds,
    registers,
  });
  const ran = new Histogram({
    name: 'jobrunner_job_duration_seconds',
    help: 'How long jobs ran.',
    labelNames: ['action', 'status'],
    buckets: bucketsSeconds,
    registers,
  });
  return {
    observer: {
      started: ({ action, trigger, waitMs }) => {
        started.inc({ action, trigger });
        waited.observe({ action }, waitMs / 1_000);
      },
      ended: ({ action, status, runMs, isRetried }) => {
        ended.inc({ action, status });
        if (isRetried) retried.inc({ action });
        if (runMs !== undefined) ran.observe({ action, status }, runMs / 1_000);
      },
    },
    snapshot: () => exportMetrics(registry),
  };
}
