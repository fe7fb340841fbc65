import { randomUUID } from 'node:crypto';
import type { Queryable } from '../database/pool.ts';
import { causedJobId } from './actions/action.ts';
import { webhookAction } from './actions/webhook.ts';
import { enqueueJobs, type NewJob } from './enqueue.ts';

/** The kinds of event that happen in this version, under the names that webhooks subscribe to (msr.md section 3.4). */
export const webhookTypes = [
  'TAG_PUSH',
  'TAG_PULL',
  'TAG_DELETE',
  'MANIFEST_PUSH',
  'MANIFEST_PULL',
  'MANIFEST_DELETE',
] as const;
export type WebhookType = (typeof webhookTypes)[number];

/** Something that happened to a repository. */
export interface RegistryEvent {
  readonly type: WebhookType;
  /** Account name. */
  readonly actor: string;
  readonly namespace: string;
  /** Without the namespace. */
  readonly repository: string;
  /** The webhook payload's `contents`. */
  readonly contents: Readonly<Record<string, string | number>>;
}

const eventTypes = {
  TAG_PUSH: { type: 'CREATE', objectType: 'TAG' },
  TAG_PULL: { type: 'GET', objectType: 'TAG' },
  TAG_DELETE: { type: 'DELETE', objectType: 'TAG' },
  MANIFEST_PUSH: { type: 'CREATE', objectType: 'MANIFEST' },
  MANIFEST_PULL: { type: 'GET', objectType: 'MANIFEST' },
  MANIFEST_DELETE: { type: 'DELETE', objectType: 'MANIFEST' },
} as const satisfies Record<WebhookType, { type: string; objectType: string }>;

/**
 * Writes events, and one `webhook` job for each subscription that wants one of them, in the caller's transaction.
 *
 * @returns how many jobs were made; if any, the caller wakes the dispatcher after the commit
 */
export async function recordEvents(tx: Queryable, events: readonly RegistryEvent[]): Promise<number> {
  const rows = events.map((event) => ({ id: randomUUID() as string, event }));
  const { rows: wanted } = await tx.query<{ eventId: string; webhookId: string }>(
    `WITH new_events AS (
       INSERT INTO registry.events (id, actor, type, object_type, webhook_type, namespace, repository, contents)
       SELECT e.id, e.actor, e.type, e."objectType", e.webhook, e.namespace, e.repository, e.contents
       FROM jsonb_to_recordset($1::jsonb) AS e(
         id uuid, actor text, type text, "objectType" text, webhook text, namespace text, repository text,
         contents jsonb)
     )
     SELECT e.id AS "eventId", w.id AS "webhookId"
     FROM jsonb_to_recordset($1::jsonb) AS e(id uuid, webhook text, namespace text, repository text)
     JOIN registry.webhooks w
       ON w.type = e.webhook AND NOT w.inactive
      AND w.key IN ('', e.namespace, e.namespace || '/' || e.repository)`,
    [JSON.stringify(rows.map(({ id, event }) => ({ id, webhook: event.type, ...event, ...eventTypes[event.type] })))],
  );
  const byId = new Map(rows.map(({ id, event }) => [id, event]));
  return enqueueJobs(
    tx,
    wanted.flatMap(({ eventId, webhookId }) => {
      const event = byId.get(eventId);
      return event ? [webhookJob(event, eventId, webhookId)] : [];
    }),
  );
}

function webhookJob(event: RegistryEvent, eventId: string, webhookId: string): NewJob {
  const { name: action, capacityMap, deadline, stopTimeout } = webhookAction;
  const parameters = { eventID: eventId, webhookID: webhookId, type: event.type };
  const id = causedJobId(webhookAction, parameters);
  return {
    id,
    action,
    parameters,
    capacityMap,
    retriesLeft: 0,
    retriesTotal: 0,
    retryFromId: id,
    deadline,
    stopTimeout,
    trigger: 'event',
    requestedBy: event.actor,
    namespace: event.namespace,
    repository: `${event.namespace}/${event.repository}`,
  };
}
