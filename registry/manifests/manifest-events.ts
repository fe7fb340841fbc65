import type { ActorType } from '../../events/actor.ts';
import type { RegistryEvent } from '../../events/events.ts';
import type { Platform } from './image-platform.ts';
import type { RepositoryName } from '../repositories/names.ts';

/** The manifest that something happened to. */
export interface ManifestFacts extends Platform {
  readonly repository: RepositoryName;
  readonly digest: string;
}

/** Who did it and when, and under which host name the registry is known. */
export interface EventContext {
  /** Name of the account or robot. */
  readonly actor: string;
  /** Undefined: a client, whose name says what it is. */
  readonly actorType?: ActorType;
  /** Where the request came from; undefined where several are told of at once. */
  readonly address?: string;
  readonly at: Date;
  readonly host: string;
}

/** Contents as MSR documents them (docs/msr-api.md, "Webhooks"). */
export function manifestPushed(manifest: ManifestFacts, context: EventContext): RegistryEvent {
  return event('MANIFEST_PUSH', manifest, context, manifestContents(manifest, context));
}

/** Contents as MSR documents them (docs/msr-api.md, "Webhooks"). */
export function manifestDeleted(manifest: ManifestFacts, context: EventContext): RegistryEvent {
  const contents = { ...manifestContents(manifest, context), deletedAt: context.at.toISOString() };
  return event('MANIFEST_DELETE', manifest, context, contents);
}

/** Contents as MSR documents them (docs/msr-api.md, "Webhooks"). */
export function tagPushed(manifest: ManifestFacts, tag: string, context: EventContext): RegistryEvent {
  const contents = { ...tagContents(manifest, tag, context), pushedAt: context.at.toISOString() };
  return event('TAG_PUSH', manifest, context, contents);
}

/** Contents as MSR documents them (docs/msr-api.md, "Webhooks"). */
export function tagDeleted(manifest: ManifestFacts, tag: string, context: EventContext): RegistryEvent {
  const contents = { ...tagContents(manifest, tag, context), deletedAt: context.at.toISOString() };
  return event('TAG_DELETE', manifest, context, contents);
}

/** MSR does not document the contents; these are those of MANIFEST_PUSH, with the time, and the number of pulls. */
export function manifestPulled(manifest: ManifestFacts, count: number, context: EventContext): RegistryEvent {
  const contents = { ...manifestContents(manifest, context), pulledAt: context.at.toISOString(), count };
  return event('MANIFEST_PULL', manifest, context, contents);
}

/** MSR does not document the contents; these are those of TAG_PUSH, with the time, and the number of pulls. */
export function tagPulled(manifest: ManifestFacts, tag: string, count: number, context: EventContext): RegistryEvent {
  const contents = { ...tagContents(manifest, tag, context), pulledAt: context.at.toISOString(), count };
  return event('TAG_PULL', manifest, context, contents);
}

function event(
  type: RegistryEvent['type'],
  { repository }: ManifestFacts,
  { actor, actorType, address }: EventContext,
  contents: RegistryEvent['contents'],
): RegistryEvent {
  return { type, actor, actorType, address, namespace: repository.namespace, repository: repository.name, contents };
}

function manifestContents(manifest: ManifestFacts, context: EventContext): Record<string, string> {
  const { repository, digest, os, architecture } = manifest;
  return {
    namespace: repository.namespace,
    repository: repository.name,
    digest,
    imageName: `${context.host}/${repository.full}@${digest}`,
    os,
    architecture,
    author: context.actor,
  };
}

function tagContents(manifest: ManifestFacts, tag: string, context: EventContext): Record<string, string> {
  const imageName = `${context.host}/${manifest.repository.full}:${tag}`;
  return { ...manifestContents(manifest, context), tag, imageName };
}
