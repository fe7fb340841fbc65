import { activities } from './shared/activities.ts';
import type { ManifestCursor, MetadataPlan } from '../activities/metadata-collection.ts';
import { onlinegcMetadataAction } from '../jobs/actions/onlinegc-metadata.ts';
import type { JobSpec } from '../jobs/records/job-spec.ts';
import { pageOptions } from './shared/options.ts';
import { runPagedJob, type Page, type PageContext, type PagedRun } from './shared/paged-job.ts';
import { readParameters } from './shared/parameters.ts';

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

interface MetadataState {
  readonly phase: 'emptying' | 'reviewing';
  readonly totals: MetadataCollectionResult;
  readonly cursor: ManifestCursor | undefined;
}

/**
 * `onlinegc_metadata`: takes away what is left of deleted repositories, then manifests that no tag, index or subject
 * needs, while clients push and pull. What they named comes up for review by that, in the same run where the review
 * delay is 0.
 */
export async function onlinegcMetadata(
  input: JobSpec,
  resumed?: PagedRun<MetadataPlan, MetadataState>,
): Promise<MetadataCollectionResult> {
  const parameters = readParameters(onlinegcMetadataAction, input);
  const { dryRun, busyPercent } = parameters;
  const { state, isOutOfTime } = await runPagedJob<MetadataPlan, MetadataState>(input, resumed, {
    limits: parameters,
    planning: { phase: 'emptying', note: 'Counts what is due.' },
    plan: () => planMetadataCollection.executeWithOptions({ summary: 'count what is due' }, []),
    begin: (plan) => begin(plan, dryRun),
    progress: ({ phase, totals }, { manifestsDeleted, manifestsDue }) =>
      phase === 'emptying'
        ? { phase, itemsDone: totals.manifestsEmptied, itemsTotal: manifestsDeleted }
        : { phase, itemsDone: totals.manifestsReviewed, itemsTotal: manifestsDue, sizeBytes: totals.deletedBytes },
    next: (before, context) =>
      before.phase === 'emptying'
        ? emptyNextPage(before, context, busyPercent)
        : reviewNextPage(before, context, busyPercent),
  });
  return { ...(state?.totals ?? noneYet(dryRun)), isOutOfTime };
}

/** A dry run does not empty repositories: it only tells what is in those that are deleted. */
function begin({ repositoriesDeleted, manifestsDeleted }: MetadataPlan, dryRun: boolean): MetadataState {
  const phase = dryRun || repositoriesDeleted === 0 ? 'reviewing' : 'emptying';
  const told = dryRun && { repositoriesEmptied: repositoriesDeleted, manifestsEmptied: manifestsDeleted };
  return { phase, totals: { ...noneYet(dryRun), ...told }, cursor: undefined };
}

async function emptyNextPage(
  state: MetadataState,
  { limit, progress }: PageContext<MetadataPlan>,
  busyPercent: number,
): Promise<Page<MetadataState>> {
  const { totals } = state;
  const page = await emptyRepositories.executeWithOptions(
    { summary: `empty repositories after ${totals.manifestsEmptied} manifests` },
    [{ limit, busyPercent, progress }],
  );
  const after: MetadataCollectionResult = {
    ...totals,
    repositoriesEmptied: totals.repositoriesEmptied + page.repositories,
    manifestsEmptied: totals.manifestsEmptied + page.manifests,
  };
  return {
    state: { ...state, phase: page.hasMore ? 'emptying' : 'reviewing', totals: after },
    items: page.manifests + page.others,
    isLast: false,
  };
}

async function reviewNextPage(
  state: MetadataState,
  { limit, progress }: PageContext<MetadataPlan>,
  busyPercent: number,
): Promise<Page<MetadataState>> {
  const { totals, cursor } = state;
  const { dryRun } = totals;
  const summary = `review after ${totals.manifestsReviewed} manifests`;
  const page = await reviewManifests.executeWithOptions({ summary }, [
    { limit, busyPercent, dryRun, cursor, progress, itemsListed: totals.manifestsDeleted },
  ]);
  const after: MetadataCollectionResult = {
    ...totals,
    manifestsReviewed: totals.manifestsReviewed + page.reviewed,
    manifestsDeleted: totals.manifestsDeleted + page.unneeded,
    deletedBytes: totals.deletedBytes + page.unneededBytes,
    manifestsKept: totals.manifestsKept + page.kept,
  };
  return {
    state: { ...state, totals: after, cursor: page.nextCursor },
    items: page.reviewed,
    isLast: page.nextCursor === undefined,
  };
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
