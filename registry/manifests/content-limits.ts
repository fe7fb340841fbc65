import type { Queryable } from '../../database/pool.ts';
import { assertWithinBusyLimit, type BusyLimit } from '../../settings/limits.ts';
import type { Settings } from '../../settings/settings.ts';
import type { RepositoryName } from '../repositories/names.ts';

/** How many manifests and tags a repository may have: the settings of these names. */
export type ContentLimits = Pick<Settings, 'maxManifestsPerRepository' | 'maxTagsPerRepository'>;

/** Refuses what a transaction has put into a repository that has too many of it. Of one put, for all its attempts. */
export interface ContentRoom {
  /** @throws LimitReachedError, where the transaction has made a manifest */
  readonly assertForManifest: (tx: Queryable) => Promise<void>;
  /** @throws LimitReachedError, where the transaction has made so many tags */
  readonly assertForTags: (tx: Queryable, made: number) => Promise<void>;
}

/** Makes the room of one put of a manifest. */
export function createContentRoom(name: RepositoryName, repositoryId: number, limits: ContentLimits): ContentRoom {
  const manifests: BusyLimit = { isNear: false };
  const tags: BusyLimit = { isNear: false };

  async function assertRoom(
    tx: Queryable,
    limit: keyof ContentLimits,
    table: 'manifests' | 'tags',
    busy: BusyLimit,
  ): Promise<void> {
    const counted = {
      limit,
      place: name.full,
      key: repositoryId,
      things: `SELECT FROM registry.${table} WHERE repository_id = $1`,
      values: [repositoryId],
    };
    await assertWithinBusyLimit(tx, counted, limits[limit], busy);
  }

  return {
    assertForManifest: (tx) => assertRoom(tx, 'maxManifestsPerRepository', 'manifests', manifests),
    assertForTags: (tx, made) => {
      // What goes on at once is bounded by connections where each makes one.
      tags.isNear ||= made > 1;
      return assertRoom(tx, 'maxTagsPerRepository', 'tags', tags);
    },
  };
}
