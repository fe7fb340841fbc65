import { cancellationSignal, sleep } from '@temporalio/activity';
import type pg from 'pg';
import type { JobProgress } from '../jobs/records/progress.ts';
import {
  auditObjectsPage,
  type AuditedRows,
  auditRowsPage,
  countBlobs,
  verifyBlobsPage,
} from '../registry/collection/audit-storage.ts';
import { type BlobStore, withoutFailed } from '../registry/store/blob-store.ts';
import { allBlobs, type CoherentCache } from '../registry/cache/coherent-cache.ts';
import { listQuarantined } from '../registry/blobs/quarantine.ts';
import { type CollectionObserver, countRefused, noCollectionObserver } from './collection-observer.ts';
import { maxListed, type JobLog } from './job-log.ts';
import { startPage, type PageProgress } from './page-progress.ts';

export interface StorageAuditDeps {
  readonly pool: pg.Pool;
  readonly blobStore: BlobStore;
  readonly cache: Pick<CoherentCache, 'publish'>;
  readonly jobLog: JobLog;
  /** Told of what was done. */
  readonly collectionObserver?: CollectionObserver | undefined;
}

export interface AuditObjectsInput {
  readonly limit: number;
  readonly repair: boolean;
  /** Younger objects are left alone: milliseconds since 1970. */
  readonly olderThanMs: number;
  readonly cursor: string | undefined;
  /** How far the job is before the page. */
  readonly progress: JobProgress;
  /** How many findings earlier pages have listed in the job's log. */
  readonly itemsListed: number;
}

export interface AuditObjectsResult {
  readonly checked: number;
  readonly unowned: number;
  readonly unownedBytes: number;
  readonly deleted: number;
  readonly failed: number;
  /** How many things of somebody else lie among the objects. */
  readonly foreign: number;
  /** Undefined after the last page. */
  readonly nextCursor: string | undefined;
}

export interface AuditRowsInput {
  readonly limit: number;
  readonly repair: boolean;
  readonly afterId: number;
  /** How far the job is before the page. */
  readonly progress: JobProgress;
  readonly itemsListed: number;
}

export interface VerifyBlobsInput {
  readonly limit: number;
  readonly maxBytesPerSecond: number;
  readonly afterId: number;
  /** How far the job is before the page. */
  readonly progress: JobProgress;
  readonly itemsListed: number;
}

export interface RowsResult {
  readonly checked: number;
  readonly checkedBytes: number;
  readonly damaged: number;
  readonly quarantined: number;
  readonly released: number;
  /** Undefined after the last page. */
  readonly nextId: number | undefined;
}

// A page of blobs that are read ends after so long, whatever is left of it.
const pageMs = 20_000;
const imagesShown = 20;

/** The activities of `gc_audit` and `blob_verify`. Each does one page; to do it again does no harm. */
export function createStorageAuditActivities(deps: StorageAuditDeps) {
  const { pool, blobStore, cache, jobLog, collectionObserver: observer = noCollectionObserver } = deps;
  return {
    async countBlobs(): Promise<number> {
      return countBlobs(pool);
    },

    async auditObjects(input: AuditObjectsInput): Promise<AuditObjectsResult> {
      const { repair } = input;
      using shown = startPage(pool, input.progress);
      const signal = cancellationSignal();
      const olderThan = new Date(input.olderThanMs);
      const { checked, unowned, foreign, failures, nextCursor } = await auditObjectsPage(pool, blobStore, {
        ...input,
        olderThan,
        signal,
      });
      if (repair) {
        const gone = withoutFailed(unowned, failures);
        observer.deleted('object', gone.length);
        observer.freed(gone.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
        observer.failed(countRefused(failures));
      }
      const msg = repair ? 'deletes an object that nobody owns' : 'nobody owns this object';
      await jobLog.writeAll(listed(unowned, input).map((object) => ({ level: 'warn', msg, ...object })));
      await jobLog.writeAll(
        listed(foreign, { itemsListed: input.itemsListed + unowned.length }).map((foreignName) => ({
          level: 'warn',
          msg: 'this is no object of the registry, and is left alone',
          name: foreignName,
        })),
      );
      if (failures.length > 0) {
        await jobLog.write('warn', 'objects could not be deleted', { failures: failures.slice(0, 10) });
      }
      await shown.add(checked);
      signal.throwIfAborted();
      return {
        checked,
        unowned: unowned.length,
        unownedBytes: unowned.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
        deleted: repair ? unowned.length - failures.length : 0,
        failed: failures.length,
        foreign: foreign.length,
        nextCursor,
      };
    },

    async auditRows(input: AuditRowsInput): Promise<RowsResult> {
      using shown = startPage(pool, input.progress);
      const page = await auditRowsPage(pool, blobStore, { ...input, signal: cancellationSignal() });
      return finish(shown, input, page);
    },

    async verifyBlobs(input: VerifyBlobsInput): Promise<RowsResult> {
      using shown = startPage(pool, input.progress);
      const startedMs = performance.now();
      const signal = cancellationSignal();
      let readBytes = 0;
      const page = await verifyBlobsPage(pool, blobStore, {
        ...input,
        signal,
        isEnough: () => performance.now() - startedMs > pageMs,
        onBytes: async (sizeBytes) => {
          readBytes += sizeBytes;
          const aheadMs = (readBytes / input.maxBytesPerSecond) * 1_000 - (performance.now() - startedMs);
          // Shorter waits cost more than they slow down.
          if (aheadMs > 50) await sleep(aheadMs);
        },
      });
      return finish(shown, input, page);
    },
  };

  async function finish(
    shown: PageProgress,
    input: AuditRowsInput | VerifyBlobsInput,
    page: AuditedRows,
  ): Promise<RowsResult> {
    const { checked, checkedBytes, damaged, quarantined, released, nextId } = page;
    if (quarantined > 0) await cache.publish([allBlobs]);
    await jobLog.writeAll(
      listed(damaged, input).map(({ digest, reason }) => ({ level: 'error', msg: `the bytes are ${reason}`, digest })),
    );
    if (quarantined > 0) {
      const newest = (await listQuarantined(pool, { limit: imagesShown, imageLimit: imagesShown })).flatMap(
        ({ images }) => images,
      );
      const images = [...new Set(newest)].slice(0, imagesShown);
      await jobLog.write('error', 'blobs were quarantined', { quarantined, images });
    }
    await shown.add(checked, checkedBytes);
    return { checked, checkedBytes, damaged: damaged.length, quarantined, released, nextId };
  }
}

function listed<T>(findings: readonly T[], { itemsListed }: { readonly itemsListed: number }): readonly T[] {
  return findings.slice(0, Math.max(0, maxListed - itemsListed));
}
