import type { WebhookType } from '../../events/event-kinds.ts';
import * as events from '../../registry/manifests/manifest-events.ts';
import type { RepositoryRow } from '../../registry/repositories/repository-store.ts';

/**
 * The contents of an event that did not happen, for trying out a receiver: of the same form as those of real ones.
 *
 * @param actor who tries
 * @param host under which the registry is known
 */
export function sampleContents(type: WebhookType, actor: string, host: string): Readonly<Record<string, unknown>> {
  const repository = { namespace: actor, name: 'example', full: `${actor}/example` };
  const manifest = { repository, digest: `sha256:${'0'.repeat(64)}`, os: 'linux', architecture: 'amd64' };
  const context = { actor, at: new Date(), host };
  const tag = 'latest';
  switch (type) {
    case 'TAG_PUSH':
      return events.tagPushed(manifest, tag, context).contents;
    case 'TAG_PULL':
      return events.tagPulled(manifest, tag, 1, context).contents;
    case 'TAG_DELETE':
      return events.tagDeleted(manifest, tag, context).contents;
    case 'MANIFEST_PUSH':
      return events.manifestPushed(manifest, context).contents;
    case 'MANIFEST_PULL':
      return events.manifestPulled(manifest, 1, context).contents;
    case 'MANIFEST_DELETE':
      return events.manifestDeleted(manifest, context).contents;
    case 'REPO_EVENT':
      return sampleContents('REPO_UPDATED', actor, host);
    case 'REPO_CREATED':
    case 'REPO_UPDATED':
    case 'REPO_DELETED': {
      const { namespace, name } = repository;
      return {
        namespace,
        repository: name,
        event: type,
        author: actor,
        data: type === 'REPO_DELETED' ? null : { ...sampleRepository, namespace, name },
      };
    }
  }
}

const sampleRepository = {
  id: '00000000-0000-4000-8000-000000000000',
  namespaceType: 'user',
  shortDescription: 'an example',
  longDescription: '',
  visibility: 'private',
  scanOnPush: false,
  immutableTags: false,
  enableManifestLists: true,
  tagLimit: 0,
  untaggedManifests: 'delete',
  orphanedReferrers: 'delete',
  untaggedGraceSeconds: 604_800,
  pulls: 0,
  pushes: 0,
  inactive: {},
} as const satisfies Omit<RepositoryRow, 'namespace' | 'name'>;
