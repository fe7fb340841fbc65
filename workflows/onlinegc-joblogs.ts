import { pruneWholeHistory, type PruningRun } from './history-pruning.ts';
import { onlinegcJoblogsAction } from '../jobs/actions/onlinegc-joblogs.ts';
import type { JobSpec } from '../jobs/records/job-spec.ts';

export interface JobLogPruningResult {
  readonly dryRun: boolean;
  readonly isOn: boolean;
  readonly jobsRemoved: number;
  readonly linesRemoved: number;
}

/**
 * `onlinegc_joblogs`: removes ended jobs, with their logs, that are older than `jobHistoryMaxAge` or beyond the newest
 * `jobHistoryToKeep`, if `jobHistoryCompactionEnabled`.
 */
export async function onlinegcJoblogs(input: JobSpec, resumed?: PruningRun): Promise<JobLogPruningResult> {
  const { dryRun, isOn, removed, linesRemoved } = await pruneWholeHistory(
    { history: 'jobs', action: onlinegcJoblogsAction },
    input,
    resumed,
  );
  return { dryRun, isOn, jobsRemoved: removed, linesRemoved };
}
