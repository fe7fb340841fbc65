import type pg from 'pg';
import type { Actor } from '../../events/actor.ts';
import type { WakeUp } from '../../database/wake-up.ts';
import { type CoherentCache, tagKey } from '../cache/coherent-cache.ts';
import { deleteTag, type DeleteTagOptions } from './manifests.ts';
import type { RepositoryName } from '../repositories/names.ts';

/**
 * Deletes a tag for an account, leaves its manifest, tells webhooks, and makes every process forget it.
 *
 * @throws RegistryError MANIFEST_UNKNOWN; ImmutableTagError, unless it is forced
 */
export type DeleteTag = (
  repository: RepositoryName,
  tag: string,
  actor: Pick<Actor, 'name' | 'address'>,
  options?: DeleteTagOptions,
) => Promise<void>;

export interface DeleteTagDeps {
  readonly pool: pg.Pool;
  readonly cache: Pick<CoherentCache, 'publish'>;
  readonly wakeDispatcher: WakeUp;
  /** Host, and port if any, that names of images start with. */
  readonly host: string;
}

/** Makes the deletion of tags, as `/v2` and the API share it. */
export function createDeleteTag({ pool, cache, wakeDispatcher, host }: DeleteTagDeps): DeleteTag {
  return async (repository, tag, { name: actor, address }, options) => {
    const { jobs } = await deleteTag(pool, repository, tag, { actor, address, at: new Date(), host }, options);
    if (jobs > 0) wakeDispatcher.send();
    await cache.publish([tagKey(repository, tag)]);
  };
}
