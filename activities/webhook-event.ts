import { findRepository } from '../registry/repositories/repository-store.ts';
import type { Queryable } from '../database/pool.ts';
import { repositoryWebhookType } from '../events/event-kinds.ts';
import { type EventRow, findEvent } from '../events/event-store.ts';

/** An event as webhooks tell it. */
export interface DeliveredEvent {
  readonly createdAt: Date;
  readonly contents: unknown;
}

/** Reads an event with what webhooks tell of it; undefined where it is no longer kept. */
export async function findDeliveredEvent(q: Queryable, eventId: string): Promise<DeliveredEvent | undefined> {
  const event = await findEvent(q, eventId);
  return event && { createdAt: event.publishedAt, contents: await readContents(q, event) };
}

/** Of what is in a repository, the event has all that is told; of the repository itself, what changed, for people. */
async function readContents(q: Queryable, event: EventRow): Promise<unknown> {
  const type = repositoryWebhookType(event.kind);
  if (type === undefined) return event.contents;
  const { namespace, repository, actor, objectId } = event;
  const found = await findRepository(q, namespace, repository);
  // Under the name there may be another one by now.
  const data = found?.id === objectId ? found : null;
  return { namespace, repository, event: type, author: actor, data };
}
