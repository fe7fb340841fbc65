import {
  ApplicationFailure,
  executeChild,
  isCancellation,
  ParentClosePolicy,
  workflowInfo,
} from '@temporalio/workflow';
import { TypedSearchAttributes } from '@temporalio/common';
import { booleanParameter, type JobInput } from './shared/job-input.ts';
import { createPace } from './shared/pace.ts';
import { createProgressReport } from './shared/progress.ts';
import { createSteering } from './shared/steering.ts';
import { searchAttributes } from './shared/search-attributes.ts';

/**
 * In the order that frees the most: what manifests named is not needed once they are gone, and what uploads held, whose
 * repository was deleted, is written down by then.
 */
const collections = ['onlinegc_metadata', 'onlinegc_blobs', 'upload_purge'] as const;
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
}

/**
 * `onlinegc`: runs every garbage collection, one after the other, each as a child with a job, a log and a result of its
 * own. A pause takes effect before the next one; the one that runs is paused by itself. One that fails does not keep the next from running; the job fails at its end.
 *
 * Parameters: `dryRun`, `batchSize`, `maxDuration`, `maxPerSecond`, as each collection takes them; `maxDuration` is for
 * all of them together.
 */
export async function onlinegc(input: JobInput): Promise<GarbageCollectionResult> {
  const dryRun = booleanParameter(input, 'dryRun', false);
  const pace = createPace(input);
  const { workflowId, taskQueue } = workflowInfo();
  const results: Record<string, unknown> = {};
  const failed: string[] = [];
  const skipped: string[] = [];
  const report = createProgressReport({ phase: collections[0], itemsDone: 0, itemsTotal: collections.length });

  const steering = createSteering(report);

  for (const [index, action] of collections.entries()) {
    await steering.checkpoint();
    if (pace.isOver()) {
      skipped.push(action);
      continue;
    }
    report.set({ phase: action, itemsDone: index, itemsTotal: collections.length });
    // It is no run of the cron that this job may come from.
    const job: JobInput = {
      ...input,
      action,
      parameters: parametersOf(action),
      retriesLeft: 0,
      retriesTotal: 0,
      cron: '',
    };
    try {
      results[action] = await executeChild<(input: JobInput) => Promise<unknown>>(action, {
        args: [{ ...job, deadline: '', stopTimeout: '' }],
        workflowId: `${workflowId}:${action}`,
        taskQueue,
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        staticSummary: dryRun ? `${action} (dry run)` : action,
        staticDetails: `Part of the job \`${workflowId}\`. Safe to stop at any time: the next run does what is left.`,
        typedSearchAttributes: attributesOf(job, dryRun),
      });
    } catch (error) {
      if (isCancellation(error)) throw error;
      failed.push(action);
      results[action] = { failure: messageOf(error) };
    }
  }
  if (failed.length > 0) {
    throw ApplicationFailure.nonRetryable(
      `${failed.join(', ')} failed, the others ran: ${JSON.stringify(results)}`,
      'CollectionFailed',
    );
  }
  return { dryRun, collections: results, failed, skipped };

  function parametersOf(action: string): Readonly<Record<string, string>> {
    const { maxDuration: _all, maxPerSecond, ...shared } = input.parameters;
    if (!paced.includes(action)) return shared;
    const leftMs = pace.leftMs();
    return {
      ...shared,
      ...(maxPerSecond !== undefined && { maxPerSecond }),
      ...(leftMs !== undefined && { maxDuration: `${leftMs}ms` }),
    };
  }
}

function attributesOf(job: JobInput, dryRun: boolean): TypedSearchAttributes {
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
