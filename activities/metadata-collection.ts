import { cancellationSignal } from '@temporalio/activity';
import type pg from 'pg';
import type { JobProgress } from '../jobs/records/progress.ts';
import type { WakeUp } from '../database/wake-up.ts';
import { type CoherentCache, manifestKey } from '../registry/cache/coherent-cache.ts';
import {
  countDueManifests,
  type ManifestCursor,
  type ManifestPage,
  previewManifestPage,
  reviewManifestPage,
  type UnneededManifest,
} from '../registry/collection/collect-manifests.ts';
import {
  countDeletedRepositories,
  type EmptiedPage,
  emptyDeletedPage,
} from '../registry/repositories/delete-repository.ts';
import { inBusyShare } from './busy-share.ts';
import { type CollectionObserver, noCollectionObserver } from './collection-observer.ts';
import { maxListed, type JobLog } from './job-log.ts';
import { startPage } from './page-progress.ts';

export type { EmptiedPage, ManifestCursor };

export interface MetadataCollectionDeps {
  readonly pool: pg.Pool;
  readonly cache: Pick<CoherentCache, 'publish'>;
  readonly jobLog: JobLog;
  readonly wakeDispatcher: WakeUp;
  /** How clients reach this server; events of deletions name images by it. */
  readonly publicUrl: string;
  /** Told of what was done. */
  readonly collectionObserver?: CollectionObserver | undefined;
}

export interface MetadataPlan {
  readonly repositoriesDeleted: number;
  /** Manifests of deleted repositories. */
  readonly manifestsDeleted: number;
  readonly manifestsDue: number;
}

export interface ReviewManifestsInput {
  readonly limit: number;
  /** How much of the time may be work. */
  readonly busyPercent: number;
  readonly dryRun: boolean;
  readonly cursor: ManifestCursor | undefined;
  /** How far the job is before the page. */
  readonly progress: JobProgress;
  /** How many earlier pages of a dry run have listed. */
  readonly itemsListed: number;
}

export interface ReviewManifestsResult {
  readonly reviewed: number;
  readonly unneeded: number;
  readonly unneededBytes: number;
  readonly kept: number;
  /** Undefined after the last page. */
  readonly nextCursor: ManifestCursor | undefined;
}

export interface EmptyRepositoriesInput {
  readonly limit: number;
  /** How much of the time may be work. */
  readonly busyPercent: number;
  /** How far the job is before the page. */
  readonly progress: JobProgress;
}

/** Who deletes, in events. No account can have the name, for those have no space. */
const actor = 'garbage collection';

/** The activities of `onlinegc_metadata`. Each does one page, in one transaction or several; to do it again does no harm. */
export function createMetadataCollectionActivities(deps: MetadataCollectionDeps) {
  const { pool, cache, jobLog, wakeDispatcher, collectionObserver: observer = noCollectionObserver } = deps;
  const { host } = new URL(deps.publicUrl);

  async function reviewInShare({ limit, busyPercent }: ReviewManifestsInput): Promise<Omit<ManifestPage, 'jobs'>> {
    const unneeded: UnneededManifest[] = [];
    let [reviewed, kept] = [0, 0];
    let nextCursor: ManifestCursor | undefined;
    await inBusyShare({ limit, busyPercent, signal: cancellationSignal() }, async (stepLimit) => {
      const step = await reviewManifestPage(pool, stepLimit, { actor, actorType: 'system', at: new Date(), host });
      observer.reviewed('manifest', step.reviewed);
      observer.deleted('manifest', step.unneeded.length);
      if (step.jobs > 0) wakeDispatcher.send();
      if (step.unneeded.length > 0) {
        await cache.publish(
          step.unneeded.map(({ namespace, repository: name, digest }) =>
            manifestKey({ namespace, name, full: `${namespace}/${name}` }, digest),
          ),
        );
      }
      unneeded.push(...step.unneeded);
      reviewed += step.reviewed;
      kept += step.kept;
      nextCursor = step.nextCursor;
      return nextCursor === undefined;
    });
    return { reviewed, unneeded, kept, nextCursor };
  }

  return {
    async planMetadataCollection(): Promise<MetadataPlan> {
      const { repositories, manifests } = await countDeletedRepositories(pool);
      return {
        repositoriesDeleted: repositories,
        manifestsDeleted: manifests,
        manifestsDue: await countDueManifests(pool),
      };
    },

    async emptyRepositories(input: EmptyRepositoriesInput): Promise<EmptiedPage> {
      const { limit, busyPercent, progress } = input;
      using shown = startPage(pool, progress);
      const signal = cancellationSignal();
      let [manifests, others, repositories] = [0, 0, 0];
      const isLast = await inBusyShare({ limit, busyPercent, signal }, async (stepLimit) => {
        const step = await emptyDeletedPage(pool, stepLimit);
        observer.deleted('manifest', step.manifests);
        observer.deleted('repository', step.repositories);
        manifests += step.manifests;
        others += step.others;
        repositories += step.repositories;
        return !step.hasMore;
      });
      if (repositories > 0) await jobLog.write('info', 'a deleted repository is empty, and gone');
      await shown.add(manifests);
      signal.throwIfAborted();
      return { manifests, others, repositories, hasMore: !isLast };
    },

    async reviewManifests(input: ReviewManifestsInput): Promise<ReviewManifestsResult> {
      const { limit, dryRun, cursor, progress } = input;
      using shown = startPage(pool, progress);
      const page = dryRun ? await previewManifestPage(pool, limit, cursor) : await reviewInShare(input);
      const { reviewed, kept, nextCursor } = page;
      const unneededBytes = page.unneeded.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      if (dryRun) {
        await jobLog.writeAll(
          page.unneeded
            .slice(0, Math.max(0, maxListed - input.itemsListed))
            .map(({ namespace, repository, digest, sizeBytes, event }) => ({
              level: 'info',
              msg: 'would delete',
              manifest: `${namespace}/${repository}@${digest}`,
              sizeBytes,
              event,
            })),
        );
      }
      const counts = { reviewed, kept, unneeded: page.unneeded.length, unneededBytes };
      if (reviewed > 0) await jobLog.write('info', 'reviewed manifests', { dryRun, ...counts });
      await shown.add(reviewed, unneededBytes);
      return { ...counts, nextCursor };
    },
  };
}
