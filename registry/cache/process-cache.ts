import { LRUCache } from 'lru-cache';
import type { CacheKey, CacheKind } from './invalidations.ts';

// Coherence is what keeps copies right. Their life bounds what a crash between a commit and its news can leave behind.
const lifeMs = 10_000;

/** Copies of metadata that requests ask for again and again, bounded in bytes. */
export interface ProcessCache {
  /**
   * Gives the copy under `key`, or what `load` finds, which is then kept unless it is undefined. Requests that miss at
   * the same time share one load.
   *
   * @param sizeBytes how much memory the value takes
   */
  get<T extends object>(
    key: CacheKey,
    load: () => Promise<T | undefined>,
    sizeBytes: (value: T) => number,
  ): Promise<T | undefined>;
  /** Drops copies; undefined: all of them. Loads that are under way will not be kept, nor shared by whoever comes now. */
  readonly invalidate: (keys: readonly CacheKey[] | undefined) => void;
}

export interface ProcessCacheOptions {
  /** For each kind of thing. */
  readonly maxBytesPerKind: number;
  /** Whether copies may be kept and answered from just now. */
  readonly isUsable: () => boolean;
}

// An entry's own cost besides its value.
const entryBytes = 500;

/** Makes the cache of a process. */
export function createProcessCache({ maxBytesPerKind, isUsable }: ProcessCacheOptions): ProcessCache {
  const newEntries = () => new LRUCache<CacheKey, object>({ maxSize: maxBytesPerKind, ttl: lifeMs });
  const byKind = { tag: newEntries(), manifest: newEntries(), blob: newEntries() } satisfies Record<CacheKind, unknown>;
  let loads = new Map<CacheKey, Promise<object | undefined>>();
  // A load whose number is not the newest began before some change, and may have read what was before it.
  let changes = 0;

  async function loadAndKeep<T extends object>(
    key: CacheKey,
    load: () => Promise<T | undefined>,
    sizeBytes: (value: T) => number,
  ): Promise<T | undefined> {
    const startedAt = changes;
    const value = await load();
    if (value !== undefined && changes === startedAt && isUsable()) {
      byKind[kindOf(key)].set(key, value, { size: entryBytes + key.length + sizeBytes(value) });
    }
    return value;
  }

  return {
    get: async <T extends object>(
      key: CacheKey,
      load: () => Promise<T | undefined>,
      sizeBytes: (value: T) => number,
    ): Promise<T | undefined> => {
      if (!isUsable()) return load();
      const copy = byKind[kindOf(key)].get(key);
      if (copy !== undefined) return copy as T;
      const joined = loads.get(key);
      if (joined !== undefined) return joined as Promise<T | undefined>;
      const mine = loads;
      const loading = loadAndKeep(key, load, sizeBytes).finally(() => mine.delete(key));
      mine.set(key, loading);
      return loading;
    },
    invalidate: (keys) => {
      changes++;
      loads = new Map();
      for (const key of keys ?? (['tag *', 'manifest *', 'blob *'] as const)) {
        const entries = byKind[kindOf(key)];
        if (key.endsWith(' *')) entries.clear();
        else entries.delete(key);
      }
    },
  };
}

function kindOf(key: CacheKey): CacheKind {
  return key.slice(0, key.indexOf(' ')) as CacheKind;
}
