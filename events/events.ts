import { randomUUID } from 'node:crypto';
import type { Queryable } from '../database/pool.ts';
import { webhookAction } from '../jobs/actions/webhook.ts';
import { deliveryCapacity } from '../jobs/queue/capacity.ts';
import { type ActorType, clientActorType } from './actor.ts';
import { causedJob } from '../jobs/records/caused-job.ts';
import { enqueueJobs, type NewJob } from '../jobs/records/enqueue.ts';
import { type EventKind, eventKinds, type ImageEventKind, webhookTypesOf } from './event-kinds.ts';

/** Something that happened to what is in a repository. */
export interface RegistryEvent {
  readonly type: ImageEventKind;
  /** Name of the account or robot; empty: nobody signed in. */
  readonly actor: string;
  /** Undefined: a client, whose name says what it is. */
  readonly actorType?: ActorType | undefined;
  /** Where the request came from; undefined where several are told of at once. */
  readonly address?: string | undefined;
  readonly namespace: string;
  /** Without the namespace. */
  readonly repository: string;
  /** The webhook payload's `contents`. */
  readonly contents: Readonly<Record<string, string | number>>;
}

/** An event as it is stored. */
export interface NewEvent {
  readonly id: string;
  readonly kind: EventKind;
  /** Undefined or null, of a user: of the account that has the name, if any. */
  readonly actorId?: string | null | undefined;
  readonly actor: string;
  readonly actorType: ActorType;
  readonly address: string;
  readonly objectId: string;
  readonly objectName: string;
  readonly outcome: 'success' | 'failure';
  /** The account whose events these are besides the actor's; empty: nobody's. */
  readonly namespace: string;
  /** Without the namespace; empty: it is about no repository. */
  readonly repository: string;
  /** What more there is to say, plain JSON; of an event that webhooks tell, the `contents` of their payload. */
  readonly contents: Readonly<Record<string, unknown>>;
}

/** An event, and a subscription that wants it. */
interface WantedEvent {
  readonly eventId: string;
  readonly webhookId: string;
  /** The type that was subscribed to. */
  readonly type: string;
  readonly endpoint: string;
  /** Whether the last delivery to the subscription failed. */
  readonly isFailing: boolean;
}

/**
 * Writes events, and one `webhook` job for each subscription that wants one of them, in the caller's transaction.
 *
 * @returns how many jobs were made; if any, the caller wakes the dispatcher after the commit
 */
export async function insertEvents(tx: Queryable, events: readonly NewEvent[]): Promise<number> {
  const rows = events.map((event) => ({
    ...event,
    ...eventKinds[event.kind],
    webhookTypes: webhookTypesOf(event.kind),
  }));
  const { rows: wanted } = await tx.query<WantedEvent>(
    `WITH new_events AS (
       INSERT INTO registry.events (id, kind, type, actor_id, actor, actor_type, address, object_type, object_id,
                                    object_name, outcome, namespace, repository, contents)
       SELECT e."id", e."kind", e."type",
              coalesce(e."actorId", CASE e."actorType"
                WHEN 'user' THEN (SELECT a.id FROM accounts.accounts a WHERE a.name = e."actor")
                WHEN 'robot' THEN (SELECT b.id FROM accounts.robots b WHERE b.name = e."actor") END),
              e."actor", e."actorType", e."address", e."objectType", e."objectId", e."objectName", e."outcome", e."namespace",
              e."repository", e."contents"
       FROM jsonb_to_recordset($1::jsonb) AS e(
         "id" uuid, "kind" text, "type" text, "actorId" uuid, "actor" text, "actorType" text, "address" text,
         "objectType" text, "objectId" text, "objectName" text, "outcome" text, "namespace" text, "repository" text,
         "contents" jsonb)
     )
     SELECT e.id AS "eventId", w.id AS "webhookId", w.type, w.endpoint,
            w.failing_since IS NOT NULL AS "isFailing"
     FROM jsonb_to_recordset($1::jsonb) AS e(id uuid, namespace text, repository text, "webhookTypes" jsonb)
     CROSS JOIN LATERAL jsonb_array_elements_text(e."webhookTypes") AS wanted(type)
     JOIN registry.webhooks w
       ON w.type = wanted.type AND NOT w.inactive
      AND w.key IN ('', e.namespace, e.namespace || '/' || e.repository)`,
    [JSON.stringify(rows)],
  );
  const byId = new Map(events.map((event) => [event.id, event]));
  return enqueueJobs(
    tx,
    wanted.flatMap((each) => {
      const event = byId.get(each.eventId);
      return event ? [webhookJob(event, each)] : [];
    }),
  );
}

/**
 * Writes events of what is in repositories, and the jobs of webhooks, as `insertEvents` does.
 *
 * @returns how many jobs were made; if any, the caller wakes the dispatcher after the commit
 */
export async function recordEvents(tx: Queryable, events: readonly RegistryEvent[]): Promise<number> {
  return insertEvents(tx, events.map(storedEvent));
}

function storedEvent({
  type,
  actor,
  actorType = clientActorType(actor),
  address = '',
  namespace,
  repository,
  contents,
}: RegistryEvent): NewEvent {
  const { tag, digest = '' } = contents;
  return {
    id: randomUUID(),
    kind: type,
    actor,
    actorType,
    address,
    objectId: tag === undefined ? String(digest) : `${namespace}/${repository}:${tag}`,
    objectName: String(tag ?? digest),
    outcome: 'success',
    namespace,
    repository,
    contents,
  };
}

function webhookJob(event: NewEvent, { eventId, webhookId, type, endpoint, isFailing }: WantedEvent): NewJob {
  const parameters = { eventID: eventId, webhookID: webhookId, type };
  return causedJob(webhookAction, parameters, {
    capacityMap: deliveryCapacity(event.namespace, endpoint, isFailing),
    requestedBy: event.actor,
    namespace: event.namespace,
    repository: `${event.namespace}/${event.repository}`,
  });
}
