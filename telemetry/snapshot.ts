import { AggregatorRegistry, type Registry } from '@prometheus-io/client';

/** The metrics of one process at one moment, as plain data that can be sent to another. */
export type MetricsSnapshot = readonly MetricData[];

type MetricData = Pick<
  Awaited<ReturnType<Registry['getMetricsAsJSON']>>[number],
  'name' | 'help' | 'type' | 'aggregator' | 'values'
>;

/** Takes the values of a registry. */
export async function exportMetrics(registry: Registry): Promise<MetricsSnapshot> {
  const metrics = await registry.getMetricsAsJSON();
  // Summed, all of them: a series that must not be has the name of its process as a label.
  return metrics.map(({ name, help, type, values }) => ({ name, help, type, values, aggregator: 'sum' }));
}

/** Adds up the metrics of several processes. Gives Prometheus text. */
export async function renderSum(snapshots: readonly MetricsSnapshot[]): Promise<{ contentType: string; text: string }> {
  const sum = AggregatorRegistry.aggregate([...snapshots]);
  return { contentType: sum.contentType, text: await sum.metrics() };
}

/** Adds up the metrics of several processes, as data. */
export async function addSnapshots(snapshots: readonly MetricsSnapshot[]): Promise<MetricsSnapshot> {
  return exportMetrics(AggregatorRegistry.aggregate([...snapshots]));
}

/** What of a snapshot counts for ever, also when its process has ended: neither gauges nor quantiles do. */
export function cumulativePart(snapshot: MetricsSnapshot): MetricsSnapshot {
  return snapshot.filter(({ type }) => type === 'counter' || type === 'histogram');
}
