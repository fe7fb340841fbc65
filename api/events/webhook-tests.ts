import { randomUUID } from 'node:crypto';
import { Type } from 'typebox';
import { webhookRequest } from '../../events/webhook-request.ts';
import { OutboundError } from '../../outbound/errors.ts';
import { requireAccount } from '../http/access.ts';
import { auditedChange } from '../http/audited-change.ts';
import { DomainError } from '../../errors/domain-error.ts';
import type { EventDeps, ApiInstance } from '../http/instance.ts';
import { assertCertificate, readEndpoint, readType, webhookFields } from './webhook-fields.ts';
import { sampleContents } from './webhook-samples.ts';

const maxTests = 10;
const retryAfterSeconds = 10;

/** `POST /api/v0/webhooks/test`: sends an event that did not happen, and says whether the receiver took it. */
export function webhookTestRoutes(app: ApiInstance, deps: EventDeps): void {
  const host = new URL(deps.publicUrl).host;
  /** Ids of accounts that wait for a receiver: one at a time each, so that nobody floods anybody through here. */
  const testing = new Set<string>();

  app.post(
    '/api/v0/webhooks/test',
    {
      config: { access: 'authenticated' },
      schema: {
        summary: 'Send an event that did not happen to a receiver',
        tags: ['webhooks'],
        response: { 200: Type.Object({ status: Type.Integer({ description: 'What the receiver answered' }) }) },
        body: Type.Object(
          {
            type: webhookFields.type,
            endpoint: webhookFields.endpoint,
            tlsCert: Type.Optional(webhookFields.tlsCert),
            skipTLSVerification: Type.Optional(webhookFields.skipTLSVerification),
          },
          { additionalProperties: false },
        ),
      },
    },
    async (request) => {
      const account = requireAccount(request);
      const { tlsCert = '', skipTLSVerification = false, ...rest } = request.body;
      const type = readType(rest.type);
      assertCertificate(tlsCert);
      if (testing.has(account.id) || testing.size >= maxTests) {
        const message = 'another test waits for its receiver: try again when it is over';
        throw new DomainError('TOO_MANY_REQUESTS', message, { retryAfterSeconds });
      }
      testing.add(account.id);
      try {
        const { href: endpoint, origin } = await readEndpoint(deps, request, rest.endpoint);
        const payload = { type, createdAt: new Date(), contents: sampleContents(type, account.name, host) };
        const sent = webhookRequest({ endpoint, tlsCert, skipTLSVerification }, payload, `test:${randomUUID()}`);
        const outcome = await deps.outbound.send({ ...sent, signal: deps.stopping }).then(
          ({ status }) => (status >= 200 && status < 300 ? { status } : { problem: `it answered ${status}` }),
          (error: unknown) => {
            if (!(error instanceof OutboundError)) throw error;
            request.log.info({ origin, failure: error.failure, err: error.cause }, 'a webhook test failed');
            return { problem: error.message };
          },
        );
        await auditedChange(deps, request, async (_, record) =>
          record({
            kind: 'WEBHOOK_TEST',
            object: { id: origin, name: type },
            outcome: outcome.problem === undefined ? 'success' : 'failure',
            details: { type, endpoint: origin, ...outcome },
          }),
        );
        if (outcome.problem === undefined) return { status: outcome.status };
        throw new DomainError('INVALID_ENDPOINT', `${origin} has not taken the test event: ${outcome.problem}`);
      } finally {
        testing.delete(account.id);
      }
    },
  );
}
