import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import { withTransaction } from '../../database/transaction.ts';
import { type Actor, clientActorType } from '../../events/actor.ts';
import { type ChangeEvent, recordAudit } from '../../events/audit.ts';
import { requireAccount } from './access.ts';
import type { ChangeDeps } from './instance.ts';

/**
 * Who sent a request whose route is not anonymous, for the events of what it changes.
 *
 * @throws Error where the route is anonymous: a mistake in the program
 */
export function requestActor({ clientAddress }: Pick<ChangeDeps, 'clientAddress'>, request: FastifyRequest): Actor {
  const { id, name } = requireAccount(request);
  return { id, name, type: clientActorType(name), address: clientAddress(request.raw) };
}

/** Writes events of who sent the request. */
export type RecordEvent = (...events: readonly ChangeEvent[]) => Promise<void>;

/**
 * Runs what a request changes in a transaction, together with the events that tell of it and the jobs of the webhooks that
 * want them.
 *
 * @param work gets the transaction, and what writes an event there; like all work of withTransaction it may run again
 */
export async function auditedChange<T>(
  deps: ChangeDeps,
  request: FastifyRequest,
  work: (tx: pg.PoolClient, record: RecordEvent) => Promise<T>,
): Promise<T> {
  const actor = requestActor(deps, request);
  let jobs = 0;
  const result = await withTransaction(deps.pool, (tx) => {
    jobs = 0;
    return work(tx, async (...events) => {
      jobs += await recordAudit(tx, ...events.map((event) => ({ actor, ...event })));
    });
  });
  if (jobs > 0) deps.wakeDispatcher.send();
  return result;
}
