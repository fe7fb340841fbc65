import type { FastifyRequest } from 'fastify';
import type { Actor } from '../jobs/audit.ts';
import { requireAccount } from './access.ts';
import type { ApiDeps } from './instance.ts';

/**
 * Who sent a request whose route is not anonymous, for the events of what it changes.
 *
 * @throws Error where the route is anonymous: a mistake in the program
 */
export function requestActor({ clientAddress }: Pick<ApiDeps, 'clientAddress'>, request: FastifyRequest): Actor {
  const { id, name } = requireAccount(request);
  return { id, name, type: 'user', address: clientAddress(request.raw) };
}
