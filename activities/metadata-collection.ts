import { cancellationSignal } from '@temporalio/activity';
import type pg from 'pg';
import { setJobProgress } from '../jobs/records.ts';
import type { WakeUp } from '../jobs/wake-up.ts';
import { type CoherentCache, manifestKey } from '../registry/coherent-cache.ts';
import {
  countDueManifests,
  type ManifestCursor,
  previewManifestPage,
  reviewManifestPage,
} from '../registry/collect-manifests.ts';
import { countDeletedRepositories, type EmptiedPage, emptyDeletedPage } from '../registry/delete-repository.ts';
import { type CollectionObserver, noCollectionObserver } from './collection-observer.ts';
import { keepHeartbeating } from './heartbeat.ts';
import { maxListed, type JobLog } from './job-log.ts';
import { currentJobId } from './job-record.ts';

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
  readonly dryRun: boolean;
  readonly cursor: ManifestCursor | undefined;
  /** Manifests of earlier pages, for the progress that is shown. */
  readonly itemsDone: number;
  readonly itemsTotal: number;
  /** How many earlier pages of a dry run have listed. */
  readonly itemsListed: number;
  readonly bytesDone: number;
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
  readonly itemsDone: number;
  readonly itemsTotal: number;
}

/** Who deletes, in events. No account can have the name, for those have no space. */
const actor = 'garbage collection';

export type MetadataCollectionActivities = ReturnType<typeof createMetadataCollectionActivities>;

/** The activities of `onlinegc_metadata`. Each does one page in one transaction; to do it again does no harm. */
export function createMetadataCollectionActivities(deps: MetadataCollectionDeps) {
  const { pool, cache, jobLog, wakeDispatcher, collectionObserver: observer = noCollectionObserver } = deps;
  const { host } = new URL(deps.publicUrl);
  return {
    async planMetadataCollection(): Promise<MetadataPlan> {
      const { repositories, manifests } = await countDeletedRepositories(pool);
      return {
        repositoriesDeleted: repositories,
        manifestsDeleted: manifests,
        manifestsDue: await countDueManifests(pool),
      };
    },

    async emptyRepositories({ limit, itemsDone, itemsTotal }: EmptyRepositoriesInput): Promise<EmptiedPage> {
      using _heartbeat = keepHeartbeating(() => ({ phase: 'emptying', done: itemsDone, total: itemsTotal }));
      const signal = cancellationSignal();
      const page = await emptyDeletedPage(pool, limit);
      observer.deleted('manifest', page.manifests);
      observer.deleted('repository', page.repositories);
      if (page.repositories > 0) await jobLog.write('info', 'a deleted repository is empty, and gone');
      await setJobProgress(pool, currentJobId(), {
        phase: 'emptying',
        done: itemsDone + page.manifests,
        total: itemsTotal,
      });
      signal.throwIfAborted();
      return page;
    },

    async reviewManifests(input: ReviewManifestsInput): Promise<ReviewManifestsResult> {
      const { limit, dryRun, cursor, itemsDone, itemsTotal } = input;
      using _heartbeat = keepHeartbeating(() => ({ phase: 'reviewing', done: itemsDone, total: itemsTotal }));
      const page = dryRun
        ? await previewManifestPage(pool, limit, cursor)
        : await reviewManifestPage(pool, limit, { actor, actorType: 'system', at: new Date(), host });
      if (!dryRun) {
        observer.reviewed('manifest', page.reviewed);
        observer.deleted('manifest', page.unneeded.length);
      }
      if (page.jobs > 0) wakeDispatcher.send();
      if (!dryRun && page.unneeded.length > 0) {
        await cache.publish(
          page.unneeded.map(({ namespace, repository: name, digest }) =>
            manifestKey({ namespace, name, full: `${namespace}/${name}` }, digest),
          ),
        );
      }
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
      await setJobProgress(pool, currentJobId(), {
        phase: 'reviewing',
        done: itemsDone + reviewed,
        total: itemsTotal,
        bytes: input.bytesDone + unneededBytes,
      });
      return { ...counts, nextCursor };
    },
  };
}
