import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { requireAccount, unchecked } from '../http/access.ts';
import {
  countClientTokens,
  deleteClientToken,
  deleteClientTokens,
  findByGeneration,
  findClientToken,
  insertAccessToken,
  listClientTokens,
  tokenMakers,
  updateClientToken,
  type ClientTokenFilter,
  type ClientTokenRow,
} from '../../accounts/sign-in/client-token-store.ts';
import type { Queryable } from '../../database/pool.ts';
import type { EventKind } from '../../events/event-kinds.ts';
import { auditedChange } from '../http/audited-change.ts';
import type { ChangeEvent } from '../../events/audit.ts';
import { findAccount } from '../../accounts/account-store.ts';
import { findActiveAccount, type Account } from '../../accounts/accounts.ts';
import { DomainError } from '../../errors/domain-error.ts';
import type { ChangeDeps, ApiInstance } from '../http/instance.ts';
import { nameText } from '../http/names.ts';
import { countHeader, fillPage } from '../http/paging.ts';
import { readTime, TimeText } from '../http/times.ts';
import { formOf } from '../http/object-form.ts';
import { listOf, NoBody } from '../http/schemas.ts';
import { ApiTokenView, NewApiTokenView, viewToken } from './api-token-view.ts';

const config = { access: 'authenticated' } as const;
const maxPageSize = 1_000;
const maxUserAgentLength = 255;
// Each is looked up whenever the token is used.
const maxAncestors = 4;
const username = Type.Optional(nameText());
const tokenLabel = Type.String({ maxLength: 255 });
const tokenParams = Type.Object({ hashedtoken: Type.String({ maxLength: 255 }) });
const tags = ['API tokens'];

/** `/api/v0/api_tokens` (DTR 2.7 API, "api_tokens"): everybody's own, and for administrators everybody's. */
export function apiTokenRoutes(app: ApiInstance, deps: ChangeDeps): void {
  const { pool } = deps;

  /** Whose tokens a query is about; undefined: everybody's, which only administrators may ask for. */
  async function ownerOf(account: Account, name: string | undefined): Promise<string | undefined> {
    if (name === account.name) return account.id;
    if (!account.isAdmin) {
      if (name === undefined) return account.id;
      throw new DomainError('NOT_AUTHORIZED', `only system administrators may see or change the tokens of "${name}"`);
    }
    if (name === undefined) return undefined;
    const owner = await findActiveAccount(pool, name);
    if (!owner) throw new DomainError('NO_SUCH_USER', `there is no active user "${name}"`);
    return owner.id;
  }

  const ofOwner = {
    config,
    onRequest: async (request: FastifyRequest) =>
      void (await ownerOf(requireAccount(request), unchecked(request.query, 'username') || undefined)),
  };

  app.get(
    '/api/v0/api_tokens',
    {
      ...ofOwner,
      schema: {
        summary: 'List access tokens and refresh tokens',
        tags,
        querystring: Type.Object(
          {
            username,
            pageStart: Type.Optional(
              Type.String({
                maxLength: 64,
                allowed: 'the hash that the header X-Next-Page-Start of the page before gave',
                pattern: '^([0-9a-f]{64})?$',
              }),
            ),
            pageSize: Type.Integer({ minimum: 1, maximum: maxPageSize, default: 10 }),
            count: Type.Boolean({ default: false }),
          },
          { additionalProperties: false },
        ),
        response: { 200: listOf(ApiTokenView) },
      },
    },
    async (request, reply) => {
      const { query } = request;
      const filter = { accountID: await ownerOf(requireAccount(request), query.username) };
      const { entries, headers } = await fillPage({
        start: query.pageStart ?? '',
        size: query.pageSize,
        load: (from, limit) => listClientTokens(pool, filter, { pageStart: from || undefined, pageSize: limit }),
        keyOf: ({ hash }) => hash,
        view: viewToken,
      });
      if (query.count) void reply.header(countHeader, String(await countClientTokens(pool, filter)));
      return reply.headers(headers).send(entries);
    },
  );

  app.post(
    '/api/v0/api_tokens',
    {
      ...ofOwner,
      schema: {
        summary: 'Make an access token',
        tags,
        querystring: Type.Object({ username }, { additionalProperties: false }),
        body: Type.Object({ tokenLabel: Type.Optional(tokenLabel) }, { additionalProperties: false }),
        response: { 200: NewApiTokenView },
      },
    },
    async (request, reply) => {
      const account = requireAccount(request);
      const owner = request.query.username ?? account.name;
      const parent = await findParent(request);
      const wanted = {
        parentHash: parent?.hash,
        accountID: (await ownerOf(account, request.query.username)) ?? account.id,
        label: request.body.tokenLabel ?? '',
        creatorUa: (request.headers['user-agent'] ?? '').slice(0, maxUserAgentLength),
      };
      const made = await auditedChange(deps, request, async (tx, record) => {
        const inserted = await insertAccessToken(tx, wanted, owner);
        await record(await tokenEvent(tx, 'API_TOKEN_CREATE', inserted.row));
        return inserted;
      });
      void reply.header('cache-control', 'no-store');
      return { token: made.token, ...viewToken(made.row) };
    },
  );

  /**
   * The access token with which a request is sent, be it through a token of `/auth/token`: what it makes ends with it.
   *
   * @throws DomainError NOT_AUTHORIZED where it was itself made with one that was made with one, and so on
   */
  async function findParent({ generations }: FastifyRequest): Promise<{ readonly hash: string } | undefined> {
    const [, generation, ...before] = generations ?? [];
    const parent = generation === undefined ? undefined : await findByGeneration(pool, generation);
    if (parent && before.length >= maxAncestors) {
      throw new DomainError(
        'NOT_AUTHORIZED',
        'this access token is the last of a chain in which each was made with the one before: make the next one with the password',
      );
    }
    return parent;
  }

  app.delete(
    '/api/v0/api_tokens',
    {
      ...ofOwner,
      schema: {
        summary: 'Delete tokens that were not used for long',
        tags,
        querystring: Type.Object(
          {
            username,
            usedbefore: Type.Optional(TimeText),
            generatedby: Type.Enum([...tokenMakers], { default: 'auto' }),
          },
          { additionalProperties: false },
        ),
        response: { 200: NoBody },
      },
    },
    async (request, reply) => {
      const { username: name, usedbefore, generatedby } = request.query;
      const filter = { accountID: await ownerOf(requireAccount(request), name) };
      const which = {
        generatedBy: generatedby,
        usedBefore: readTime('usedbefore', usedbefore && timeOfDate(usedbefore)),
      };
      await auditedChange(deps, request, async (tx, record) => {
        const deleted = await deleteClientTokens(tx, filter, which);
        if (deleted === 0) return;
        const owner = filter.accountID === undefined ? undefined : await findAccount(tx, filter.accountID);
        const object = { id: owner?.id ?? 'all', name: owner?.name ?? 'all accounts' };
        const details = { ...which, deleted };
        await record({ kind: 'API_TOKEN_DELETE', object, namespace: owner?.name ?? '', details });
      });
      return reply.code(200).send();
    },
  );

  /** An administrator's filter lets everybody's token through. */
  function ownOf({ isAdmin, id }: Account): ClientTokenFilter {
    return isAdmin ? {} : { accountID: id };
  }

  async function requireToken(account: Account, hash: string): Promise<ClientTokenRow> {
    const row = await findClientToken(pool, hash, ownOf(account));
    if (!row) throw noSuchToken(hash);
    return row;
  }

  app.get(
    '/api/v0/api_tokens/:hashedtoken',
    { config, schema: { summary: 'Show a token', tags, params: tokenParams, response: { 200: ApiTokenView } } },
    async (request) => viewToken(await requireToken(requireAccount(request), request.params.hashedtoken)),
  );

  app.patch(
    '/api/v0/api_tokens/:hashedtoken',
    {
      config,
      onRequest: async (request) => void (await requireToken(requireAccount(request), request.params.hashedtoken)),
      schema: {
        summary: 'Rename a token, or make it inactive',
        tags,
        params: tokenParams,
        body: formOf(ApiTokenView, {
          isActive: Type.Optional(Type.Boolean()),
          tokenLabel: Type.Optional(tokenLabel),
        }),
        response: { 200: ApiTokenView },
      },
    },
    async (request) => {
      const { hashedtoken } = request.params;
      const { isActive, tokenLabel: label } = request.body;
      const change = { isActive, label };
      const row = await auditedChange(deps, request, async (tx, record) => {
        const updated = await updateClientToken(tx, hashedtoken, ownOf(requireAccount(request)), change);
        if (!updated) throw noSuchToken(hashedtoken);
        await record(await tokenEvent(tx, 'API_TOKEN_UPDATE', updated));
        return updated;
      });
      return viewToken(row);
    },
  );

  app.delete(
    '/api/v0/api_tokens/:hashedtoken',
    { config, schema: { summary: 'Delete a token', tags, params: tokenParams, response: { 200: NoBody } } },
    async (request, reply) => {
      const { hashedtoken } = request.params;
      await auditedChange(deps, request, async (tx, record) => {
        const deleted = await deleteClientToken(tx, hashedtoken, ownOf(requireAccount(request)));
        if (!deleted) throw noSuchToken(hashedtoken);
        await record(await tokenEvent(tx, 'API_TOKEN_DELETE', deleted));
      });
      return reply.code(200).send();
    },
  );
}

/** What an event tells of a token: its hash is its name in the API, and gives nobody access. */
async function tokenEvent(
  tx: Queryable,
  kind: EventKind,
  { hash, accountID, label, generatedBy, isActive }: ClientTokenRow,
): Promise<ChangeEvent> {
  const owner = await findAccount(tx, accountID);
  const details = { owner: owner?.name, generatedBy, isActive };
  return { kind, object: { id: hash, name: label }, namespace: owner?.name ?? '', details };
}

function noSuchToken(hash: string): DomainError {
  return new DomainError('NO_SUCH_API_TOKEN', `there is no API token "${hash}": GET /api/v0/api_tokens lists yours`);
}

/** A day begins at midnight. */
function timeOfDate(text: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text;
}
