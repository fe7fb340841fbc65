import { Counter, Gauge, Registry } from '@prometheus-io/client';
import type pg from 'pg';
import type { CollectedKind, CollectionObserver } from '../activities/collection-observer.ts';
import { mostCounted } from '../jobs/queue/lanes.ts';
import {
  type CollectionBacklog,
  readCollectionBacklog,
  type ReviewedKind,
} from '../registry/collection/collection-backlog.ts';
import { exportMetrics, type MetricsSnapshot } from './snapshot.ts';

/** The metrics of a process that collects garbage. */
export interface CollectionMetrics {
  readonly observer: CollectionObserver;
  readonly snapshot: () => Promise<MetricsSnapshot>;
}

const reviewedKinds: readonly ReviewedKind[] = ['manifest', 'blob'];
const collectedKinds: readonly CollectedKind[] = [...reviewedKinds, 'repository', 'object', 'upload', 'leftover'];

/** Sets up the metrics of garbage collection: counted in memory, from the pages that this process has done. */
export function createCollectionMetrics(): CollectionMetrics {
  const registry = new Registry();
  const registers = [registry];
  const reviewed = new Counter({
    name: 'jobrunner_gc_reviewed_total',
    help: 'Reviews done, by kind.',
    labelNames: ['kind'],
    registers,
  });
  const deleted = new Counter({
    name: 'jobrunner_gc_deleted_total',
    help: `What garbage collection has deleted, by kind (${collectedKinds.join(', ')}).`,
    labelNames: ['kind'],
    registers,
  });
  const freedBytes = new Counter({
    name: 'jobrunner_gc_freed_bytes_total',
    help: 'Bytes of the objects that garbage collection has deleted.',
    registers,
  });
  const failedObjects = new Counter({
    name: 'jobrunner_gc_failed_objects_total',
    help: 'Objects that the blob store failed to delete; the next run tries again.',
    registers,
  });
  // A rate needs a zero to begin with.
  for (const kind of reviewedKinds) reviewed.inc({ kind }, 0);
  for (const kind of collectedKinds) deleted.inc({ kind }, 0);
  return {
    observer: {
      reviewed: (kind, count) => reviewed.inc({ kind }, count),
      deleted: (kind, count) => deleted.inc({ kind }, count),
      freed: (sizeBytes) => freedBytes.inc(sizeBytes),
      failed: (count) => failedObjects.inc(count),
    },
    snapshot: () => exportMetrics(registry),
  };
}

/** Adds what garbage collection has still to do, which is read from the database, once for each scrape. */
export function addCollectionGauges(registry: Registry, pool: pg.Pool): void {
  const registers = [registry];
  const limit = `counted up to ${mostCounted}`;
  let reading: Promise<CollectionBacklog> | undefined;
  // All gauges of a scrape ask at the same moment.
  function read(): Promise<CollectionBacklog> {
    reading ??= readCollectionBacklog(pool).finally(() => (reading = undefined));
    return reading;
  }

  void new Gauge({
    name: 'jobrunner_gc_reviews',
    help: `Reviews, by kind (manifest, blob) and state (due, waiting); ${limit} for each.`,
    labelNames: ['kind', 'state'],
    registers,
    async collect() {
      for (const { kind, due, waiting } of (await read()).reviews) {
        this.set({ kind, state: 'due' }, due);
        this.set({ kind, state: 'waiting' }, waiting);
      }
    },
  });
  void new Gauge({
    name: 'jobrunner_gc_oldest_review_age_seconds',
    help: 'How long the oldest due review has been due, by kind; 0 if none is due.',
    labelNames: ['kind'],
    registers,
    async collect() {
      for (const { kind, oldestDueSeconds } of (await read()).reviews) this.set({ kind }, oldestDueSeconds);
    },
  });
  const figures = [
    ['jobrunner_gc_pending_objects', `Objects that wait to be deleted; ${limit}.`, 'objects'],
    ['jobrunner_gc_pending_bytes', 'Bytes of the objects that jobrunner_gc_pending_objects counts.', 'objectBytes'],
    ['jobrunner_gc_pending_repositories', `Deleted repositories that are not yet emptied; ${limit}.`, 'repositories'],
    ['jobrunner_gc_quarantined_blobs', `Blobs in quarantine; ${limit}.`, 'quarantinedBlobs'],
  ] as const;
  for (const [name, help, figure] of figures) {
    void new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set((await read())[figure]);
      },
    });
  }
}
