import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import { activities } from './shared/activities.ts';
import type { HistoryName, PruneResult, PruningPlan } from '../activities/history-pruning.ts';
import type { onlinegcEventsAction } from '../jobs/actions/onlinegc-events.ts';
import type { onlinegcJoblogsAction } from '../jobs/actions/onlinegc-joblogs.ts';
import type { JobSpec } from '../jobs/records/job-spec.ts';
import { pageOptions } from './shared/options.ts';
import { readParameters } from './shared/parameters.ts';
import { createProgressReport, type Progress } from './shared/progress.ts';
import { createSteering } from './shared/steering.ts';

const { planHistoryPruning, pruneHistory } = activities(pageOptions);

/** Counts of a whole job, over all of its runs. */
export interface PruningResult {
  readonly dryRun: boolean;
  /** Whether the settings want the history to be cut. */
  readonly isOn: boolean;
  readonly removed: number;
  readonly linesRemoved: number;
}

/** What one run hands to the next when it continues as new. */
export interface PruningState {
  readonly plan: PruningPlan;
  readonly totals: PruningResult;
  readonly after: PruneResult['next'];
}

/** What is cut, and the action whose parameters say how. */
export interface PrunedHistory {
  readonly history: HistoryName;
  readonly action: typeof onlinegcJoblogsAction | typeof onlinegcEventsAction;
}

/** The workflow of `onlinegc_joblogs` and `onlinegc_events`: finds once what is beyond the limits, and removes it. */
export async function pruneWholeHistory(
  { history, action }: PrunedHistory,
  input: JobSpec,
  resumed: PruningState | undefined,
): Promise<PruningResult> {
  const { dryRun, batchSize: limit } = readParameters(action, input);
  const phase = dryRun ? 'counting' : 'removing';
  let totals = resumed?.totals ?? { dryRun, isOn: true, removed: 0, linesRemoved: 0 };
  let after = resumed?.after;
  const report = createProgressReport({
    phase: resumed ? phase : 'planning',
    itemsDone: totals.removed,
    note: 'Finds what is beyond the limits.',
  });
  const steering = createSteering(report);
  const plan =
    resumed?.plan ??
    (await planHistoryPruning.executeWithOptions({ summary: 'find what is beyond the limits' }, [{ history }]));
  totals = { ...totals, isOn: plan.isOn };
  const { before, itemsDue: itemsTotal } = plan;
  if (!before) return totals;
  report.set(progress());

  for (;;) {
    const page = await pruneHistory.executeWithOptions({ summary: `remove after ${totals.removed}` }, [
      { history, before, after, limit, dryRun, itemsDone: totals.removed, itemsTotal },
    ]);
    totals = {
      ...totals,
      removed: totals.removed + page.removed,
      linesRemoved: totals.linesRemoved + page.linesRemoved,
    };
    after = page.next;
    report.set(progress());
    if (!after) return totals;
    await steering.checkpoint();
    if (workflowInfo().continueAsNewSuggested) await continueAsNew(input, { plan, totals, after });
  }

  function progress(): Progress {
    return { phase, itemsDone: totals.removed, itemsTotal };
  }
}
