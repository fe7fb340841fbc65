import { X509Certificate } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { webhookTypes, type WebhookType } from '../../events/event-kinds.ts';
import { RefusedAddressError } from '../../outbound/errors.ts';
import { DomainError } from '../../errors/domain-error.ts';
import type { EventDeps } from '../http/instance.ts';

/** Fields of the bodies by which webhooks are made, changed and tried out. */
export const webhookFields = {
  type: Type.String({ maxLength: 100 }),
  endpoint: Type.String({ minLength: 1, maxLength: 2048 }),
  tlsCert: Type.String({ maxLength: 65_536 }),
  skipTLSVerification: Type.Boolean(),
};

/** @throws DomainError INVALID_PARAMETERS where there are no such webhooks */
export function readType(text: string): WebhookType {
  const type = webhookTypes.find((candidate) => candidate === text);
  if (type) return type;
  throw new DomainError(
    'INVALID_PARAMETERS',
    `there are no events of type "${text}"; the types are ${webhookTypes.join(', ')}`,
  );
}

/**
 * Reads the endpoint of a webhook.
 *
 * @throws DomainError INVALID_ENDPOINT where deliveries could never arrive
 */
export async function readEndpoint(
  { outbound }: Pick<EventDeps, 'outbound'>,
  { log }: FastifyRequest,
  endpoint: string,
): Promise<URL> {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new DomainError('INVALID_ENDPOINT', `endpoint "${endpoint}" is not an http or https URL`);
  }
  if (url.username || url.password) {
    throw new DomainError(
      'INVALID_ENDPOINT',
      'the endpoint holds a user name or password, which anybody who lists webhooks would see',
    );
  }
  try {
    await outbound.assertAllowed(url);
  } catch (error) {
    if (!(error instanceof RefusedAddressError)) throw error;
    log.info({ host: url.hostname, err: error.cause }, 'an endpoint was refused');
    throw new DomainError('INVALID_ENDPOINT', `endpoint "${endpoint}": ${error.message}`, { cause: error });
  }
  return url;
}

/** @throws DomainError INVALID_PARAMETERS where there is a text that is no certificate */
export function assertCertificate(pem: string): void {
  if (pem === '') return;
  try {
    void new X509Certificate(pem);
  } catch (error) {
    throw new DomainError('INVALID_PARAMETERS', 'tlsCert is not a certificate in PEM', { cause: error });
  }
}
