import { Counter, Gauge, Histogram, Registry } from '@prometheus-io/client';
import type pg from 'pg';
import { actions } from '../jobs/actions/catalogue.ts';
import { listDeployments } from '../jobs/queue/deployments.ts';
import { countBacklog, mostCounted } from '../jobs/queue/lanes.ts';
import { countOrders } from '../jobs/queue/orders.ts';
import { countInFlight } from '../jobs/records/queries.ts';
import { listWorkers } from '../jobs/queue/worker-records.ts';
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
   * Adds up what the processes count, and adds what the database says, which is the same for all. Without a database that
   * answers in time, it is counted as a failure, and what the processes count is given: alerts go by that during an outage.
   *
   * @param snapshots of every process, this one among them
   * @returns Prometheus text format
   */
  readonly render: (snapshots: readonly MetricsSnapshot[]) => Promise<{ contentType: string; text: string }>;
}

/** Prometheus waits for 10 s, unless it is told otherwise. */
const maxReadingMs = 5_000;
const durationBucketsSeconds = [0.005, 0.025, 0.1, 0.5, 2.5, 10, 60];
const statusClasses = ['2xx', '3xx', '4xx', '5xx'] as const;
/** The deployment of a worker that names none. */
const defaultDeployment = 'default';
const workerStatuses = ['running', 'dead', 'stopped'] as const;

/**
 * Sets up the metrics of this process. Counts of jobs, and what garbage collection has still to do, are read
 * from the database at each scrape.
 *
 * @param processName which of the processes this is
 * @param onUnreadable told why a scrape could not read the database
 */
export function createMetrics(
  pool: pg.Pool,
  processName: string,
  onUnreadable: (error: unknown) => void = () => undefined,
): Metrics {
  const own = createProcessMetrics(processName);
  const registry = new Registry();
  const registers = [registry];
  const duration = new Histogram({
    name: 'jobrunner_http_request_duration_seconds',
    help: 'How long requests took, by part: api, enzi, auth, a route of /v2, or other.',
    labelNames: ['part'],
    buckets: durationBucketsSeconds,
    registers,
  });
  const requests = new Counter({
    name: 'jobrunner_http_requests_total',
    help: 'Requests, by route, method and class of status (2xx to 5xx).',
    labelNames: ['route', 'method', 'status'],
    registers,
  });
  const responses = new Counter({
    name: 'jobrunner_http_responses_total',
    help: 'Requests, by class of status alone.',
    labelNames: ['status'],
    registers,
  });
  // A rate needs a zero to begin with.
  for (const status of statusClasses) responses.inc({ status }, 0);
  const failures = new Counter({
    name: 'jobrunner_scrape_failures_total',
    help: 'Scrapes that could not read PostgreSQL.',
    registers,
  });
  const stored = storedMetrics(pool);
  return {
    observeRequest: ({ route, method, status, durationMs }) => {
      own.countRequest();
      const statusClass = `${Math.floor(status / 100)}xx`;
      duration.observe({ part: partOf(route) }, durationMs / 1_000);
      requests.inc({ route, method, status: statusClass });
      responses.inc({ status: statusClass });
    },
    snapshot: async () => [...(await own.snapshot()), ...(await exportMetrics(registry))],
    render: async (snapshots) => {
      try {
        return await renderSum([...snapshots, await within(maxReadingMs, exportMetrics(stored))]);
      } catch (error) {
        failures.inc();
        onUnreadable(error);
        return renderSum(snapshots);
      }
    },
  };
}

/** @throws Error where the work is not done in time; it goes on, and what comes of it is nobody's */
async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`the database has not answered within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a route belongs to: a histogram of each route would be more than anybody reads. Of the registry, the route itself. */
function partOf(route: string): string {
  return route.startsWith('/v2') ? route : (/^\/(api|enzi|auth)\b/.exec(route)?.[1] ?? 'other');
}

/** What is read from the database, by the one process that answers the scrape. */
export function storedMetrics(pool: pg.Pool): Registry {
  const registry = new Registry();
  const registers = [registry];
  void new Gauge({
    name: 'jobrunner_jobs_in_flight',
    help: 'Jobs in flight, by action and status.',
    labelNames: ['action', 'status'],
    registers,
    async collect() {
      this.reset();
      for (const { action, status, count } of await countInFlight(pool)) this.set({ action, status }, count);
    },
  });
  void new Gauge({
    name: 'jobrunner_jobs_backlog',
    help: `Jobs that are due and not yet admitted, by action; counted up to ${mostCounted} for each lane.`,
    labelNames: ['action'],
    registers,
    async collect() {
      this.reset();
      for (const { name: action } of actions) this.set({ action }, 0);
      for (const { action, count } of await countBacklog(pool)) this.set({ action }, count);
    },
  });
  void new Gauge({
    name: 'jobrunner_workers',
    help: 'Workers, by deployment and status (running, dead, stopped).',
    labelNames: ['deployment', 'status'],
    registers,
    async collect() {
      this.reset();
      // A deployment without a worker is one with none, and so is an installation that has never had one.
      const deployments = (await listDeployments(pool)).map(({ name }) => name);
      for (const deployment of new Set([defaultDeployment, ...deployments])) {
        for (const status of workerStatuses) this.set({ deployment, status }, 0);
      }
      for (const { deployment, status } of await listWorkers(pool)) this.inc({ deployment, status });
    },
  });
  void new Gauge({
    name: 'jobrunner_outbox_rows',
    help: 'Orders that Temporal has not accepted yet.',
    registers,
    async collect() {
      this.set((await countOrders(pool)).open);
    },
  });
  void new Gauge({
    name: 'jobrunner_outbox_retried_rows',
    help: 'Orders that Temporal did not accept at first, and that are sent again.',
    registers,
    async collect() {
      this.set((await countOrders(pool)).retried);
    },
  });
  addCollectionGauges(registry, pool);
  return registry;
}
