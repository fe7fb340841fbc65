import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import { activities } from './shared/activities.ts';
import type { ManifestCursor, MetadataPlan } from '../activities/metadata-collection.ts';
import { onlinegcMetadataAction } from '../jobs/actions/onlinegc-metadata.ts';
import type { JobSpec } from '../jobs/records/job-spec.ts';
import { pageOptions } from './shared/options.ts';
import { readParameters } from './shared/parameters.ts';
import { createPace } from './shared/pace.ts';
import { createProgressReport, type Progress } from './shared/progress.ts';
import { createSteering } from './shared/steering.ts';

const { planMetadataCollection, emptyRepositories, reviewManifests } = activities(pageOptions);

/** Counts of a whole job, over all of its runs. */
export interface MetadataCollectionResult {
  readonly dryRun: boolean;
  /** Deleted repositories that are gone altogether. In a dry run: what there is. */
  readonly repositoriesEmptied: number;
  /** Manifests of deleted repositories. */
  readonly manifestsEmptied: number;
  readonly manifestsReviewed: number;
  /** Manifests that nothing needed, and that are gone. In a dry run: what would go. */
  readonly manifestsDeleted: number;
  readonly deletedBytes: number;
  /** Manifests that nothing needs, and that their repository keeps, for good or until their grace is over. */
  readonly manifestsKept: number;
  /** Whether the job ended because its time was over; the next one goes on. */
  readonly isOutOfTime: boolean;
}

/** What one run hands to the next when it continues as new. */
interface MetadataState {
  readonly plan: MetadataPlan;
  readonly totals: MetadataCollectionResult;
  readonly cursor: ManifestCursor | undefined;
  readonly phase: 'emptying' | 'reviewing';
  readonly startedAtMs: number;
}

/**
 * `onlinegc_metadata`: takes away what is left of deleted repositories, then manifests that no tag, index or subject
 * needs, while clients push and pull. What they named comes up for review by that, in the same run where the review
 * delay is 0.
 */
export async function onlinegcMetadata(input: JobSpec, resumed?: MetadataState): Promise<MetadataCollectionResult> {
  const parameters = readParameters(onlinegcMetadataAction, input);
  const { dryRun, busyPercent } = parameters;
  const pace = createPace(parameters, resumed?.startedAtMs);
  const limit = pace.pageLimit(parameters.batchSize);
  let totals = resumed?.totals ?? noneYet(dryRun);
  let cursor = resumed?.cursor;
  let phase: MetadataState['phase'] = resumed?.phase ?? 'emptying';
  const report = createProgressReport({ phase, itemsDone: itemsDone(), note: 'Counts what is due.' });
  const steering = createSteering(report);
  const plan = resumed?.plan ?? (await planMetadataCollection.executeWithOptions({ summary: 'count what is due' }, []));
  if (!resumed && dryRun) {
    totals = { ...totals, repositoriesEmptied: plan.repositoriesDeleted, manifestsEmptied: plan.manifestsDeleted };
  }
  if (!resumed && (dryRun || plan.repositoriesDeleted === 0)) phase = 'reviewing';
  report.set(progress());

  for (let isDone = false; !isDone;) {
    if (pace.isOver()) return { ...totals, isOutOfTime: true };
    const sinceMs = Date.now();
    const { items, isLast } = await (phase === 'emptying' ? emptyNextPage() : reviewNextPage());
    isDone = isLast;
    report.set(progress());
    if (isDone) break;
    await steering.waitUnlessPaused(() => pace.hold(items, sinceMs));
    await steering.checkpoint();
    if (workflowInfo().continueAsNewSuggested) {
      const { startedAtMs } = pace;
      await continueAsNew<typeof onlinegcMetadata>(input, { plan, totals, cursor, phase, startedAtMs });
    }
  }
  return totals;

  async function emptyNextPage(): Promise<{ items: number; isLast: boolean }> {
    const page = await emptyRepositories.executeWithOptions(
      { summary: `empty repositories after ${totals.manifestsEmptied} manifests` },
      [{ limit, busyPercent, itemsDone: totals.manifestsEmptied, itemsTotal: plan.manifestsDeleted }],
    );
    totals = {
      ...totals,
      repositoriesEmptied: totals.repositoriesEmptied + page.repositories,
      manifestsEmptied: totals.manifestsEmptied + page.manifests,
    };
    if (!page.hasMore) phase = 'reviewing';
    return { items: page.manifests + page.others, isLast: false };
  }

  async function reviewNextPage(): Promise<{ items: number; isLast: boolean }> {
    const page = await reviewManifests.executeWithOptions(
      { summary: `review after ${totals.manifestsReviewed} manifests` },
      [
        {
          limit,
          busyPercent,
          dryRun,
          cursor,
          itemsDone: totals.manifestsReviewed,
          itemsTotal: plan.manifestsDue,
          itemsListed: totals.manifestsDeleted,
          bytesDone: totals.deletedBytes,
        },
      ],
    );
    totals = {
      ...totals,
      manifestsReviewed: totals.manifestsReviewed + page.reviewed,
      manifestsDeleted: totals.manifestsDeleted + page.unneeded,
      deletedBytes: totals.deletedBytes + page.unneededBytes,
      manifestsKept: totals.manifestsKept + page.kept,
    };
    cursor = page.nextCursor;
    return { items: page.reviewed, isLast: !cursor };
  }

  function itemsDone(): number {
    return phase === 'emptying' ? totals.manifestsEmptied : totals.manifestsReviewed;
  }

  function progress(): Progress {
    const itemsTotal = phase === 'emptying' ? plan.manifestsDeleted : plan.manifestsDue;
    const note = pace.describe(itemsDone(), itemsTotal);
    return { phase, itemsDone: itemsDone(), itemsTotal, sizeBytes: totals.deletedBytes, note };
  }
}

function noneYet(dryRun: boolean): MetadataCollectionResult {
  return {
    dryRun,
    repositoriesEmptied: 0,
    manifestsEmptied: 0,
    manifestsReviewed: 0,
    manifestsDeleted: 0,
    deletedBytes: 0,
    manifestsKept: 0,
    isOutOfTime: false,
  };
}
