import { activities } from './shared/activities.ts';
import type { HistoryName, PruneResult, PruningPlan } from '../activities/history-pruning.ts';
import type { onlinegcEventsAction } from '../jobs/actions/onlinegc-events.ts';
import type { onlinegcJoblogsAction } from '../jobs/actions/onlinegc-joblogs.ts';
import type { JobSpec } from '../jobs/records/job-spec.ts';
import { pageOptions } from './shared/options.ts';
import { runPagedJob, type PagedRun } from './shared/paged-job.ts';
import { readParameters } from './shared/parameters.ts';

const { planHistoryPruning, pruneHistory } = activities(pageOptions);

/** What is cut, and the action whose parameters say how. */
export interface PrunedHistory {
  readonly history: HistoryName;
  readonly action: typeof onlinegcJoblogsAction | typeof onlinegcEventsAction;
}

/** Counts of a whole job, over all of its runs. */
export interface PruningResult {
  readonly dryRun: boolean;
  /** Whether the settings want the history to be cut. */
  readonly isOn: boolean;
  readonly removed: number;
  readonly linesRemoved: number;
}

interface PruningState {
  readonly removed: number;
  readonly linesRemoved: number;
  readonly after: PruneResult['next'];
}

export type PruningRun = PagedRun<PruningPlan, PruningState>;

/** The workflow of `onlinegc_joblogs` and `onlinegc_events`: finds once what is beyond the limits, and removes it. */
export async function pruneWholeHistory(
  { history, action }: PrunedHistory,
  input: JobSpec,
  resumed: PruningRun | undefined,
): Promise<PruningResult> {
  const { dryRun, batchSize } = readParameters(action, input);
  const { plan, state } = await runPagedJob<PruningPlan, PruningState>(input, resumed, {
    limits: { batchSize },
    planning: { phase: 'planning', note: 'Finds what is beyond the limits.' },
    plan: () => planHistoryPruning.executeWithOptions({ summary: 'find what is beyond the limits' }, [{ history }]),
    begin: ({ before }) => (before ? { removed: 0, linesRemoved: 0, after: undefined } : undefined),
    progress: ({ removed }, { itemsDue }) => ({
      phase: dryRun ? 'counting' : 'removing',
      itemsDone: removed,
      itemsTotal: itemsDue,
    }),
    next: async ({ removed, linesRemoved, after }, { plan: { before }, limit, progress }) => {
      if (!before) throw new Error('a plan without a first row that stays has no pages');
      const page = await pruneHistory.executeWithOptions({ summary: `remove after ${removed}` }, [
        { history, before, after, limit, dryRun, progress },
      ]);
      return {
        state: { removed: removed + page.removed, linesRemoved: linesRemoved + page.linesRemoved, after: page.next },
        items: page.removed,
        isLast: page.next === undefined,
      };
    },
  });
  return { dryRun, isOn: plan.isOn, removed: state?.removed ?? 0, linesRemoved: state?.linesRemoved ?? 0 };
}
