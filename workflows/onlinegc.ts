import { isCancellation, ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import { TypedSearchAttributes } from '@temporalio/common';
import { activities } from './shared/activities.ts';
import { jobsUrlField } from './shared/details.ts';
import { onlinegcAction } from '../jobs/actions/onlinegc.ts';
import type { JobSpec } from '../jobs/records/job-spec.ts';
import { jobFailure } from './shared/failure.ts';
import { pageOptions } from './shared/options.ts';
import { readParameters } from './shared/parameters.ts';
import { createPace } from './shared/pace.ts';
import { createProgressReport } from './shared/progress.ts';
import { createSteering } from './shared/steering.ts';
import { searchAttributes } from './shared/search-attributes.ts';

const { findActionsWithCron } = activities(pageOptions);

// Rows of the database, a day of which is no hurry.
const histories = ['onlinegc_joblogs', 'onlinegc_events'] as const;
/**
 * In the order that frees the most: what manifests named is not needed once they are gone, and what uploads held, whose
 * repository was deleted, is written down by then.
 */
const collections = ['onlinegc_metadata', 'onlinegc_blobs', 'upload_purge', ...histories] as const;
/** Nothing goes in a dry run, so nothing is freed by what would have gone before. */
const notListed =
  'blobs and manifests that only the manifests, repositories and uploads listed here still name: a real run takes them as well, once their delay is over';
// Those that have limits of their own.
const paced: readonly string[] = ['onlinegc_metadata', 'onlinegc_blobs'];

/** What the collections gave, by their action; of one that failed, why. */
export type CollectionResults = Readonly<Record<string, unknown>>;

/** One summary of all collections. */
export interface GarbageCollectionResult {
  readonly dryRun: boolean;
  readonly collections: CollectionResults;
  /** Collections that failed, and those for which there was no time left. */
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
  /** Histories that this run by a cron left to the crons that they have of their own. */
  readonly leftToCrons: readonly string[];
  /** Of a dry run: what it cannot list. */
  readonly notListed?: string;
}

/**
 * `onlinegc`: runs every garbage collection, one after the other, each as a child with a job, a log and a result of its
 * own. A pause pauses the one that runs. One that fails does not keep the next from running; the job fails at its end.
 * A run by a cron leaves out the histories that have a cron of their own: finding where they are cut is not for every hour.
 */
export async function onlinegc(input: JobSpec): Promise<GarbageCollectionResult> {
  const { dryRun, maxDuration } = readParameters(onlinegcAction, input);
  const pace = createPace({ maxDuration });
  const { workflowId, taskQueue, memo } = workflowInfo();
  const results: Record<string, unknown> = {};
  const failed: string[] = [];
  const skipped: string[] = [];
  const report = createProgressReport({ phase: collections[0], itemsDone: 0, itemsTotal: collections.length });
  const steering = createSteering(report);
  const leftToCrons =
    input.trigger === 'schedule'
      ? await findActionsWithCron.executeWithOptions({ summary: 'which have crons of their own' }, [histories])
      : [];

  for (const [index, action] of collections.entries()) {
    if (leftToCrons.includes(action)) continue;
    await steering.checkpoint();
    if (pace.isOver()) {
      skipped.push(action);
      continue;
    }
    report.set({ phase: action, itemsDone: index, itemsTotal: collections.length });
    // It is no run of the cron that this job may come from.
    const job: JobSpec = {
      ...input,
      action,
      parameters: parametersOf(action),
      retriesLeft: 0,
      retriesTotal: 0,
      cron: '',
    };
    try {
      const child = await startChild<(input: JobSpec) => Promise<unknown>>(action, {
        args: [{ ...job, deadline: '', stopTimeout: '' }],
        workflowId: `${workflowId}:${action}`,
        taskQueue,
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        staticSummary: dryRun ? `${action} (dry run)` : action,
        staticDetails: `Part of the job \`${workflowId}\`. Safe to stop at any time: the next run does what is left.`,
        typedSearchAttributes: attributesOf(job, dryRun),
        memo: { [jobsUrlField]: memo?.[jobsUrlField] },
      });
      results[action] = await steering.follow(child);
    } catch (error) {
      if (isCancellation(error)) throw error;
      failed.push(action);
      results[action] = { failure: messageOf(error) };
    }
  }
  if (failed.length > 0) {
    const message = `${failed.join(', ')} failed, the others ran: ${JSON.stringify(results)}`;
    throw jobFailure('COLLECTION_FAILED', message);
  }
  return { dryRun, collections: results, failed, skipped, leftToCrons, ...(dryRun && { notListed }) };

  function parametersOf(action: string): Readonly<Record<string, string>> {
    const { maxDuration: _ofAll, ...own } = input.parameters;
    const { maxPerSecond: _rate, busyPercent: _share, ...unpaced } = own;
    if (!paced.includes(action)) return unpaced;
    const leftMs = pace.leftMs();
    return leftMs === undefined ? own : { ...own, maxDuration: `${leftMs}ms` };
  }
}

function attributesOf(job: JobSpec, dryRun: boolean): TypedSearchAttributes {
  return new TypedSearchAttributes([
    { key: searchAttributes.jobAction, value: job.action },
    { key: searchAttributes.jobTrigger, value: job.trigger },
    { key: searchAttributes.requestedBy, value: job.requestedBy },
    { key: searchAttributes.dryRun, value: dryRun },
  ]);
}

/** The innermost message: Temporal wraps what a child threw. */
function messageOf(error: unknown): string {
  let current = error;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  return current instanceof Error ? current.message : String(current);
}
