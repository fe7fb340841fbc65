import { pruneWholeHistory, type PruningState } from './history-pruning.ts';
import type { JobInput } from './shared/job-input.ts';

export interface EventPruningResult {
  readonly dryRun: boolean;
  readonly isOn: boolean;
  readonly eventsRemoved: number;
}

/**
 * `onlinegc_events`: removes events of repositories that are older than `repoEventHistoryMaxAge` or beyond the newest
 * `repoEventHistoryToKeep`, if `repoEventHistoryCompactionEnabled`.
 *
 * Parameters: `dryRun` (false), `batchSize` (1000).
 */
export async function onlinegcEvents(input: JobInput, resumed?: PruningState): Promise<EventPruningResult> {
  const { dryRun, isOn, removed } = await pruneWholeHistory('repositoryEvents', input, resumed);
  return { dryRun, isOn, eventsRemoved: removed };
}
