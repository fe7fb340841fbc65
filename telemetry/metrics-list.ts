import pg from 'pg';
import { createCollectionMetrics } from './collection-metrics.ts';
import { createJobMetrics } from './job-metrics.ts';
import { createMetrics, storedMetrics } from './metrics.ts';

/** One metric of `/metrics`, as Prometheus is told of it. */
export interface MetricDescription {
  readonly name: string;
  readonly help: string;
}

/** Every metric that a server with all roles serves, by name. No database is asked. */
export async function listMetrics(): Promise<readonly MetricDescription[]> {
  // It connects with the first statement, and there is none.
  const pool = new pg.Pool();
  const counted = await Promise.all(
    [createMetrics(pool, 'primary'), createJobMetrics(), createCollectionMetrics()].map((part) => part.snapshot()),
  );
  const stored = storedMetrics(pool).getMetricsAsArray();
  return [...stored, ...counted.flat()]
    .map(({ name, help }) => ({ name, help }))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}
