import type pg from 'pg';
import type { Listener } from '../../database/listener.ts';
import { type CacheKey, createInvalidations } from './invalidations.ts';
import type { Logger } from '../../log/logger.ts';
import { createProcessCache, type ProcessCache } from './process-cache.ts';
import type { RepositoryName } from '../repositories/names.ts';

/** The cache of a process, joined with those of all others: what `get` answers is never older than any `publish`. */
export interface CoherentCache extends ProcessCache {
  /**
   * Tells every process that things have changed, and resolves when none can answer from what it knew before. Call after
   * the commit and before the answer.
   *
   * @param keys undefined: everything
   */
  readonly publish: (keys: readonly CacheKey[] | undefined) => Promise<void>;
  readonly close: () => void;
}

export interface CoherentCacheDeps {
  readonly pool: pg.Pool;
  /** Opened under `cacheApplicationName`, where this process answers from the cache. */
  readonly listener: Listener;
  readonly log: Logger;
}

const maxBytesPerKind = 24 * 1024 * 1024;

/** Opens the cache of a process. It answers from the database while the process cannot hear of changes. */
export function createCoherentCache(deps: CoherentCacheDeps): CoherentCache {
  const cache: ProcessCache = createProcessCache({ maxBytesPerKind, isUsable: () => coherence.isCoherent() });
  const coherence = createInvalidations({ ...deps, onInvalidate: cache.invalidate });
  return { ...cache, publish: coherence.publish, close: coherence.close };
}

/** Every blob of every repository. */
export const allBlobs: CacheKey = 'blob *';

/** What a tag names. */
export function tagKey(repository: RepositoryName, tag: string): CacheKey {
  return `tag ${repository.full}:${tag}`;
}

/** A manifest of a repository. */
export function manifestKey(repository: RepositoryName, digest: string): CacheKey {
  return `manifest ${repository.full}@${digest}`;
}

/** A blob as a repository sees it. */
export function blobKey(repository: RepositoryName, digest: string): CacheKey {
  return `blob ${repository.full}@${digest}`;
}
