import { collectDefaultMetrics, Counter, Gauge, Registry } from '@prometheus-io/client';
import { exportMetrics, type MetricsSnapshot } from './snapshot.ts';

/** What one process says of itself: memory, CPU, event loop, requests. Every series has the label `process`. */
export interface ProcessMetrics {
  readonly countRequest: () => void;
  /** Counts a process that hung, and that this one has replaced. */
  readonly countReplacement: () => void;
  readonly snapshot: () => Promise<MetricsSnapshot>;
}

/** What the library tells of every process besides, in a hundred lines each, and no alert asks for. */
const leftOut =
  /^nodejs_(eventloop_utilization|eventloop_lag_(min|max|stddev|p90)|active_(resources|handles|requests)$|active_(handles|requests)_total|heap_space|gc_duration)/;

/**
 * Sets up what this process says of itself.
 *
 * @param processName the same for the process that takes its place after a crash, so that there are not more and more
 *   series
 */
export function createProcessMetrics(processName: string): ProcessMetrics {
  const registry = new Registry();
  const registers = [registry];
  registry.setDefaultLabels({ process: processName });
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'jobrunner_process_info',
    help: 'The process id (pid) behind each value of the label process.',
    labelNames: ['pid'],
    registers,
  }).set({ pid: String(process.pid) }, 1);
  const requests = new Counter({
    name: 'jobrunner_process_http_requests_total',
    help: 'Requests that each process has answered.',
    registers,
  });
  const replacements = new Counter({
    name: 'jobrunner_process_replacements_total',
    help: 'HTTP processes that hung, and that the primary process has killed and replaced.',
    registers,
  });
  return {
    countReplacement: () => replacements.inc(),
    countRequest: () => requests.inc(),
    snapshot: async () => (await exportMetrics(registry)).filter(({ name }) => !leftOut.test(name)),
  };
}
