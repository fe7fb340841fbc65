import type { DeleteTagDeps } from './delete-tag.ts';
import type { Actor } from '../../events/actor.ts';
import { manifestKey, tagKey } from '../cache/coherent-cache.ts';
import { deleteManifest } from './manifests.ts';
import type { RepositoryName } from '../repositories/names.ts';

/**
 * Deletes a manifest with its tags for an account, tells webhooks, and makes every process forget it.
 *
 * @throws RegistryError MANIFEST_UNKNOWN; ImmutableTagError where an immutable tag names it, or an index that it is in
 */
export type DeleteManifest = (
  repository: RepositoryName,
  digest: string,
  actor: Pick<Actor, 'name' | 'address'>,
) => Promise<void>;

/** Makes the deletion of manifests, as `/v2` and the API share it. */
export function createDeleteManifest({ pool, cache, wakeDispatcher, host }: DeleteTagDeps): DeleteManifest {
  return async (repository, digest, { name: actor, address }) => {
    const { jobs, tags } = await deleteManifest(pool, repository, digest, { actor, address, at: new Date(), host });
    if (jobs > 0) wakeDispatcher.send();
    await cache.publish([...tags.map((tag) => tagKey(repository, tag)), manifestKey(repository, digest)]);
  };
}
