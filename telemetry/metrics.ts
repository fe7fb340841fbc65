import { Counter, Gauge, Histogram, Registry } from '@prometheus-io/client';
import type pg from 'pg';
import { countBacklog, mostCounted } from '../jobs/lanes.ts';
import { countInFlight } from '../jobs/queries.ts';
import { listWorkers } from '../jobs/worker-records.ts';
import { addCollectionGauges } from './collection-metrics.ts';
import { createProcessMetrics } from './process-metrics.ts';
import { exportMetrics, renderSum, type MetricsSnapshot } from './snapshot.ts';

/** How one request went. */
export interface RequestMeasure {
  /** A template, never a path: names would make as many series as there are repositories. */
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly durationMs: number;
}

/** The metrics of a process that serves HTTP. */
export interface Metrics {
  readonly observeRequest: (request: RequestMeasure) => void;
  /** What this process counts by itself. */
  readonly snapshot: () => Promise<MetricsSnapshot>;
  /**
   * Adds up what the processes count, and adds what the database says, which is the same for all.
   *
   * @param snapshots of every process, this one among them
   * @returns Prometheus text format
   */
  readonly render: (snapshots: readonly MetricsSnapshot[]) => Promise<{ contentType: string; text: string }>;
}

const durationBucketsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 300];

/**
 * Sets up the metrics of this process. Counts of jobs, and what garbage collection has still to do, are read
 * from the database at each scrape.
 *
 * @param processName which of the processes this is
 */
export function createMetrics(pool: pg.Pool, processName: string): Metrics {
  const own = createProcessMetrics(processName);
  const registry = new Registry();
  const registers = [registry];
  const duration = new Histogram({
    name: 'jobrunner_http_request_duration_seconds',
    help: 'How long requests took, from the first byte in to the last byte out.',
    labelNames: ['route', 'method', 'status'],
    buckets: durationBucketsSeconds,
    registers,
  });
  const failures = new Counter({
    name: 'jobrunner_scrape_failures_total',
    help: 'Scrapes that could not read the database.',
    registers,
  });
  const stored = storedMetrics(pool);
  return {
    observeRequest: ({ route, method, status, durationMs }) => {
      own.countRequest();
      duration.observe({ route, method, status: String(status) }, durationMs / 1_000);
    },
    snapshot: async () => [...(await own.snapshot()), ...(await exportMetrics(registry))],
    render: async (snapshots) => {
      try {
        return await renderSum([...snapshots, await exportMetrics(stored)]);
      } catch (error) {
        failures.inc();
        throw error;
      }
    },
  };
}

/** What is read from the database, by the one process that answers the scrape. */
function storedMetrics(pool: pg.Pool): Registry {
  const registry = new Registry();
  const registers = [registry];
  void new Gauge({
    name: 'jobrunner_jobs_in_flight',
    help: 'Jobs that Temporal has.',
    labelNames: ['action', 'status'],
    registers,
    async collect() {
      this.reset();
      for (const { action, status, count } of await countInFlight(pool)) this.set({ action, status }, count);
    },
  });
  void new Gauge({
    name: 'jobrunner_jobs_backlog',
    help: `Jobs that are due and wait to be started; no more than ${mostCounted} of one kind are counted.`,
    labelNames: ['action'],
    registers,
    async collect() {
      this.reset();
      for (const { action, count } of await countBacklog(pool)) this.set({ action }, count);
    },
  });
  void new Gauge({
    name: 'jobrunner_workers',
    help: 'Processes that run jobs.',
    labelNames: ['deployment', 'status'],
    registers,
    async collect() {
      this.reset();
      for (const { deployment, status } of await listWorkers(pool)) this.inc({ deployment, status });
    },
  });
  void new Gauge({
    name: 'jobrunner_outbox_rows',
    help: 'Orders that Temporal has not accepted yet.',
    registers,
    async collect() {
      const { rows } = await pool.query<{ count: number }>(
        `SELECT count(*) AS count FROM jobs.outbox WHERE state = 'order' AND due_at <= now()`,
      );
      this.set(rows[0]?.count ?? 0);
    },
  });
  addCollectionGauges(registry, pool);
  return registry;
}
