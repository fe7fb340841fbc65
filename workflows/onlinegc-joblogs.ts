import { pruneWholeHistory, type PruningState } from './history-pruning.ts';
import type { JobInput } from './shared/job-input.ts';

export interface JobLogPruningResult {
  readonly dryRun: boolean;
  readonly isOn: boolean;
  readonly jobsRemoved: number;
  readonly linesRemoved: number;
}

/**
 * `onlinegc_joblogs`: removes ended jobs, with their logs, that are older than `jobHistoryMaxAge` or beyond the newest
 * `jobHistoryToKeep`, if `jobHistoryCompactionEnabled`.
 *
 * Parameters: `dryRun` (false), `batchSize` (1000).
 */
export async function onlinegcJoblogs(input: JobInput, resumed?: PruningState): Promise<JobLogPruningResult> {
  const { dryRun, isOn, removed, linesRemoved } = await pruneWholeHistory('jobs', input, resumed);
  return { dryRun, isOn, jobsRemoved: removed, linesRemoved };
}
