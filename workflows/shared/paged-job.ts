import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { JobProgress } from '../../jobs/records/progress.ts';
import type { JobSpec } from '../../jobs/records/job-spec.ts';
import { createPace, type PaceLimits } from './pace.ts';
import { createProgressReport } from './progress.ts';
import { createSteering } from './steering.ts';

/** What one run of a paged job hands to the next when it continues as new. Small: it is an argument of the workflow. */
export interface PagedRun<Plan, State> {
  readonly plan: Plan;
  readonly state: State;
  /** When the job began, in its first run. */
  readonly startedAtMs: number;
}

/** What a page is done by. */
export interface PageContext<Plan> {
  readonly plan: Plan;
  /** The most items that it may have. */
  readonly limit: number;
  /** How far the job is before it: for the activity, which shows how far it is after it. */
  readonly progress: JobProgress;
  /** When the job began, in its first run. */
  readonly startedAtMs: number;
}

/** What has become of a page. */
export interface Page<State> {
  readonly state: State;
  /** How many items count for `maxPerSecond`. */
  readonly items: number;
  /** Whether the job is done. */
  readonly isLast: boolean;
}

/** A job that goes through a work list in PostgreSQL, page by page. */
export interface PagedJob<Plan, State> {
  readonly limits: PaceLimits & { readonly batchSize: number };
  /** What is shown until there is a plan. */
  readonly planning: { readonly phase: string; readonly note: string };
  /** Finds out once what there is to do, in one activity. */
  readonly plan: () => Promise<Plan>;
  /** The state before the first page; undefined: there is nothing to do. */
  readonly begin: (plan: Plan) => State | undefined;
  readonly progress: (state: State, plan: Plan) => JobProgress;
  /** Does the next page, in one activity. */
  readonly next: (state: State, context: PageContext<Plan>) => Promise<Page<State>>;
}

/** How a paged job has ended. */
export interface PagedOutcome<Plan, State> {
  readonly plan: Plan;
  /** Undefined where there was nothing to do. */
  readonly state: State | undefined;
  /** Whether it ended because its time was over; the next job goes on. */
  readonly isOutOfTime: boolean;
}

/**
 * Runs a paged job to its end: shows progress, keeps to its pace, waits while it is paused, and continues as new when Temporal
 * suggests it. Call it before the workflow's first await.
 *
 * @param resumed what an earlier run has handed over: the second argument of the workflow
 * @throws CancelledFailure, or what an activity throws
 */
export async function runPagedJob<Plan, State>(
  input: JobSpec,
  resumed: PagedRun<Plan, State> | undefined,
  job: PagedJob<Plan, State>,
): Promise<PagedOutcome<Plan, State>> {
  const pace = createPace(job.limits, resumed?.startedAtMs);
  const limit = pace.pageLimit(job.limits.batchSize);
  const report = createProgressReport(
    resumed ? job.progress(resumed.state, resumed.plan) : { ...job.planning, itemsDone: 0 },
  );
  const steering = createSteering(report);
  const plan = resumed ? resumed.plan : await job.plan();
  let state = resumed ? resumed.state : job.begin(plan);
  if (state === undefined) return { plan, state, isOutOfTime: false };

  for (;;) {
    const progress = job.progress(state, plan);
    report.set({ ...progress, note: pace.describe(progress) });
    if (pace.isOver()) return { plan, state, isOutOfTime: true };
    const sinceMs = Date.now();
    const page = await job.next(state, { plan, limit, progress, startedAtMs: pace.startedAtMs });
    state = page.state;
    if (page.isLast) break;
    await steering.waitUnlessPaused(() => pace.hold(page.items, sinceMs));
    await steering.checkpoint();
    if (workflowInfo().continueAsNewSuggested) {
      await continueAsNew(input, { plan, state, startedAtMs: pace.startedAtMs });
    }
  }
  const progress = job.progress(state, plan);
  report.set({ ...progress, note: pace.describe(progress) });
  return { plan, state, isOutOfTime: false };
}
