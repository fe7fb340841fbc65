import { pruneWholeHistory, type PruningRun } from './history-pruning.ts';
import { onlinegcEventsAction } from '../jobs/actions/onlinegc-events.ts';
import type { JobSpec } from '../jobs/records/job-spec.ts';

export interface EventPruningResult {
  readonly dryRun: boolean;
  readonly isOn: boolean;
  readonly eventsRemoved: number;
}

/**
 * `onlinegc_events`: removes events of repositories that are older than `repoEventHistoryMaxAge` or beyond the newest
 * `repoEventHistoryToKeep`, if `repoEventHistoryCompactionEnabled`.
 */
export async function onlinegcEvents(input: JobSpec, resumed?: PruningRun): Promise<EventPruningResult> {
  const { dryRun, isOn, removed } = await pruneWholeHistory(
    { history: 'repositoryEvents', action: onlinegcEventsAction },
    input,
    resumed,
  );
  return { dryRun, isOn, eventsRemoved: removed };
}
