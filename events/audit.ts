import { randomUUID } from 'node:crypto';
import type { Queryable } from '../database/pool.ts';
import type { Actor } from './actor.ts';
import type { EventKind } from './event-kinds.ts';
import { insertEvents, type NewEvent } from './events.ts';

/** Something that an administrator wants to be able to look up later. */
export interface AuditEvent {
  readonly kind: EventKind;
  readonly actor: Actor;
  /** What it was done to, as the API names it. */
  readonly object: { readonly id: string; readonly name?: string };
  /** Default: success. */
  readonly outcome?: NewEvent['outcome'];
  /** The user or organization that is concerned, whose administrators see the event too; default: nobody. */
  readonly namespace?: string;
  /** The repository of the namespace that is concerned, without the namespace; default: none. */
  readonly repository?: string;
  /**
   * What changed, plain JSON. Whoever may see the event sees this: no passwords, tokens, keys, or URLs with more than
   * their origin.
   */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What happened, without who did it. */
export type ChangeEvent = Omit<AuditEvent, 'actor'>;

/**
 * Writes down what was done, for `GET /api/v0/events`. Call it in the transaction of the change, so that there is no
 * change without its event and no event without its change.
 *
 * @returns how many jobs of webhooks were made; if any, the caller wakes the dispatcher after the commit
 */
export async function recordAudit(tx: Queryable, ...events: readonly AuditEvent[]): Promise<number> {
  return events.length > 0 ? insertEvents(tx, events.map(storedEvent)) : 0;
}

function storedEvent(event: AuditEvent): NewEvent {
  const { kind, actor, object, outcome = 'success', namespace = '', repository = '', details = {} } = event;
  return {
    id: randomUUID(),
    kind,
    actorId: actor.id,
    actor: actor.name,
    actorType: actor.type,
    address: actor.address,
    objectId: object.id,
    objectName: object.name ?? '',
    outcome,
    namespace,
    repository,
    contents: details,
  };
}
