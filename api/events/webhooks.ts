import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { type EventKind, webhookTypes } from '../../events/event-kinds.ts';
import { requireAccount, unchecked } from '../http/access.ts';
import { auditedChange } from '../http/audited-change.ts';
import type { ChangeEvent } from '../../events/audit.ts';
import type { Queryable } from '../../database/pool.ts';
import { isId } from '../../accounts/account-store.ts';
import { type Account, namespaceExists } from '../../accounts/accounts.ts';
import { DomainError } from '../../errors/domain-error.ts';
import type { EventDeps, ApiInstance } from '../http/instance.ts';
import {
  administeredRepositories,
  includesLevel,
  namespaceAccess,
  repositoryAccess,
} from '../../accounts/policy/access.ts';
import { findRepository } from '../../registry/repositories/repository-store.ts';
import { countHeader, fillPage, wholePageQuery } from '../http/paging.ts';
import { assertCertificate, readEndpoint, readType, webhookFields } from './webhook-fields.ts';
import {
  countWebhooks,
  deleteWebhook,
  findWebhook,
  insertWebhook,
  listWebhooks,
  updateWebhook,
  type WebhookFilter,
  type WebhookRow,
} from '../../events/webhook-store.ts';
import { namespaceParams, nameText, repositoryParams } from '../http/names.ts';
import { formOf } from '../http/object-form.ts';
import { allReadOnly, listOf, NoBody, oneOf, readOnly, Timestamp } from '../http/schemas.ts';

const config = { access: 'authenticated' } as const;
const tags = ['webhooks'];

/** A webhook: DTR 2.7 API, responses.Webhook, and more. */
const WebhookView = Type.Object(
  {
    id: readOnly(Type.String()),
    type: oneOf(webhookTypes),
    key: Type.String(),
    endpoint: Type.String(),
    ...allReadOnly({
      authorID: Type.String(),
      createdAt: Timestamp,
      lastSuccessfulAt: Type.Optional(Timestamp),
      failingSince: Type.Optional(Timestamp),
    }),
    inactive: Type.Boolean(),
    tlsCert: Type.String(),
    skipTLSVerification: Type.Boolean(),
  },
  { title: 'Webhook' },
);

const newWebhookForm = formOf(WebhookView, {
  type: webhookFields.type,
  key: Type.Optional(nameText()),
  endpoint: webhookFields.endpoint,
  tlsCert: Type.Optional(webhookFields.tlsCert),
  skipTLSVerification: Type.Optional(webhookFields.skipTLSVerification),
  inactive: Type.Optional(Type.Boolean()),
});
const webhookForm = formOf(
  WebhookView,
  {
    id: Type.String({ maxLength: 100 }),
    inactive: Type.Optional(Type.Boolean()),
    // Not of MSR, where a receiver that moves needs a new subscription.
    endpoint: Type.Optional(webhookFields.endpoint),
    tlsCert: Type.Optional(webhookFields.tlsCert),
    skipTLSVerification: Type.Optional(webhookFields.skipTLSVerification),
  },
  'type',
  'key',
);
// Each may have a certificate of 64 KiB.
const rowsAtOnce = 64;

/** `/api/v0/webhooks`, as MSR has it; what tries a receiver out is in webhook-tests.ts. */
export function webhookRoutes(app: ApiInstance, deps: EventDeps): void {
  const { pool } = deps;

  /** @throws DomainError NO_SUCH_WEBHOOK, also for one that the caller may not see */
  async function findAdministered(request: FastifyRequest, id: string): Promise<WebhookRow> {
    const found = isId(id) ? await findWebhook(pool, id) : undefined;
    if (!found || !(await administersKey(pool, requireAccount(request), found.key))) throw noSuchWebhook(id);
    return found;
  }

  /** One page, with the headers that lead to the next. */
  async function page(filter: WebhookFilter, { pageStart = '', pageSize, count }: Static<typeof wholePageQuery>) {
    const { entries, headers } = await fillPage({
      start: pageStart,
      size: pageSize,
      load: (from, limit) => listWebhooks(pool, filter, { pageStart: from || undefined, pageSize: limit }),
      keyOf: ({ id }) => id,
      view: viewWebhook,
      rowsAtOnce,
    });
    const counted = count && { [countHeader]: String(await countWebhooks(pool, filter)) };
    return { body: entries, headers: { ...headers, ...counted } };
  }

  app.get(
    '/api/v0/webhooks',
    {
      config,
      schema: {
        summary: 'List webhooks',
        tags,
        response: { 200: listOf(WebhookView) },
        querystring: Type.Object(
          { ...wholePageQuery.properties, webhookType: Type.String({ maxLength: 100, default: 'any' }) },
          { additionalProperties: false },
        ),
      },
    },
    async (request, reply) => {
      const { webhookType } = request.query;
      const type = webhookType === 'any' ? undefined : readType(webhookType);
      const administered = await administeredRepositories(pool, requireAccount(request));
      const { body, headers } = await page({ type, administered }, request.query);
      return reply.headers(headers).send(body);
    },
  );

  app.get(
    '/api/v0/accounts/:namespace/webhooks',
    {
      config: { access: 'namespace-admin' },
      schema: {
        summary: 'List the webhooks of a namespace',
        tags,
        params: namespaceParams,
        querystring: wholePageQuery,
        response: { 200: listOf(WebhookView) },
      },
    },
    async ({ params: { namespace }, query }, reply) => {
      const { body, headers } = await page({ key: namespace }, query);
      return reply.headers(headers).send(body);
    },
  );

  app.get(
    '/api/v0/repositories/:namespace/:reponame/webhooks',
    {
      config: { access: 'repository-admin' },
      schema: {
        summary: 'List the webhooks of a repository',
        tags,
        params: repositoryParams,
        querystring: wholePageQuery,
        response: { 200: listOf(WebhookView) },
      },
    },
    async ({ params: { namespace, reponame }, query }, reply) => {
      const { body, headers } = await page({ key: `${namespace}/${reponame}` }, query);
      return reply.headers(headers).send(body);
    },
  );

  app.post(
    '/api/v0/webhooks',
    {
      config,
      preValidation: async (request) => assertKey(deps, requireAccount(request), unchecked(request.body, 'key')),
      schema: { summary: 'Make a webhook', tags, body: newWebhookForm, response: { 201: WebhookView } },
    },
    async (request, reply) => {
      const { type, key = '', endpoint, tlsCert = '', skipTLSVerification = false, inactive = false } = request.body;
      const account = requireAccount(request);
      assertCertificate(tlsCert);
      const wanted = { type: readType(type), key, endpoint: (await readEndpoint(deps, request, endpoint)).href };
      const webhook = await auditedChange(deps, request, async (tx, record) => {
        const made = await insertWebhook(tx, {
          ...wanted,
          authorID: account.id,
          tlsCert,
          skipTLSVerification,
          inactive,
        });
        await record(webhookEvent('WEBHOOK_CREATE', made));
        return made;
      });
      void reply.code(201);
      return viewWebhook(webhook);
    },
  );

  app.post(
    '/api/v0/webhooks/update',
    {
      config,
      preValidation: async (request) => void (await findAdministered(request, unchecked(request.body, 'id'))),
      schema: { summary: 'Change a webhook', tags, body: webhookForm, response: { 200: listOf(WebhookView) } },
    },
    async (request) => {
      const { id, endpoint, ...rest } = request.body;
      assertCertificate(rest.tlsCert ?? '');
      const change = {
        ...rest,
        ...(endpoint !== undefined && { endpoint: (await readEndpoint(deps, request, endpoint)).href }),
      };
      const webhook = await auditedChange(deps, request, async (tx, record) => {
        const changed = await updateWebhook(tx, id, change);
        if (!changed) throw noSuchWebhook(id);
        await record(
          webhookEvent('WEBHOOK_UPDATE', changed, { changed: Object.keys(change), inactive: changed.inactive }),
        );
        return changed;
      });
      // MSR answers with a list.
      return [viewWebhook(webhook)];
    },
  );

  app.delete(
    '/api/v0/webhooks/:webhook',
    {
      config,
      schema: {
        summary: 'Delete a webhook',
        tags,
        params: Type.Object({ webhook: Type.String({ maxLength: 100 }) }),
        response: { 204: NoBody },
      },
    },
    async (request, reply) => {
      const found = await findAdministered(request, request.params.webhook);
      await auditedChange(deps, request, async (tx, record) => {
        if (!(await deleteWebhook(tx, found.id))) throw noSuchWebhook(found.id);
        await record(webhookEvent('WEBHOOK_DELETE', found));
      });
      return reply.code(204).send();
    },
  );
}

/** What an event tells of a webhook. Paths of endpoints are often secrets, so of those there is the origin alone. */
function webhookEvent(kind: EventKind, { id, type, key, endpoint }: WebhookRow, more: object = {}): ChangeEvent {
  const [namespace = '', ...rest] = key.split('/');
  const details = { type, endpoint: new URL(endpoint).origin, ...more };
  return { kind, object: { id, name: type }, namespace, repository: rest.join('/'), details };
}

/**
 * Whether an account may subscribe to events of a key: administrators of the repository or namespace may, and system
 * administrators to everything (DTR 2.7 API, "webhooks").
 */
async function administersKey(q: Queryable, account: Account, key: string): Promise<boolean> {
  if (account.isAdmin) return true;
  const [namespace = '', ...rest] = key.split('/');
  const level =
    rest.length === 0
      ? await namespaceAccess(q, account, namespace)
      : (await repositoryAccess(q, account, namespace, rest.join('/'))).level;
  return key !== '' && includesLevel(level, 'admin');
}

/** @throws DomainError where the key names what the account may not subscribe to, or what does not exist */
async function assertKey({ pool }: EventDeps, account: Account, key: string): Promise<void> {
  if (!(await administersKey(pool, account, key))) {
    const who = key === '' ? 'system administrators' : `administrators of "${key}"`;
    throw new DomainError('NOT_AUTHORIZED', `key "${key}": only ${who} may subscribe to its events`);
  }
  if (key === '') return;
  const [namespace = '', ...rest] = key.split('/');
  if (!(await namespaceExists(pool, namespace))) {
    throw new DomainError('NO_SUCH_ACCOUNT', `key "${key}": there is no account "${namespace}"`);
  }
  if (rest.length > 0 && !(await findRepository(pool, namespace, rest.join('/')))) {
    throw new DomainError(
      'NO_SUCH_REPOSITORY',
      `key "${key}": there is no such repository; push to it or create it first`,
    );
  }
}

function noSuchWebhook(id: string): DomainError {
  return new DomainError('NO_SUCH_WEBHOOK', `there is no webhook "${id}": GET /api/v0/webhooks lists them`);
}

function viewWebhook({ lastSuccessfulAt, failingSince, ...webhook }: WebhookRow): Static<typeof WebhookView> {
  return { ...webhook, ...(lastSuccessfulAt && { lastSuccessfulAt }), ...(failingSince && { failingSince }) };
}
