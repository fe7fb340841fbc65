import { Type } from 'typebox';
import type { EventKind } from '../../events/event-kinds.ts';
import { auditedChange } from '../http/audited-change.ts';
import type { ChangeEvent } from '../../events/audit.ts';
import {
  type ContentCacheRow,
  countContentCaches,
  deleteContentCache,
  findContentCache,
  findUserCache,
  insertContentCache,
  listContentCaches,
  saveUserCache,
} from '../../accounts/content-cache-store.ts';
import { isId } from '../../accounts/account-store.ts';
import { requireUser } from '../../accounts/named.ts';
import { DomainError } from '../../errors/domain-error.ts';
import type { AccountDeps, ApiInstance } from '../http/instance.ts';
import { countHeader, fillPage, wholePageQuery } from '../http/paging.ts';
import { accountParams } from '../http/names.ts';
import { formOf } from '../http/object-form.ts';
import { listOf, NoBody, readOnly } from '../http/schemas.ts';

const forAll = { access: 'authenticated' } as const;
const forAdmins = { access: 'system-admin' } as const;
const forUser = { access: 'self', noSuchAccount: 'NO_SUCH_USER' } as const;
const cacheParams = Type.Object({ contentcacheuuid: Type.String({ minLength: 1, maxLength: 255 }) });
const ContentCacheUuid = Type.String({ maxLength: 255 });
const tags = ['content caches'];

/** A content cache (DTR 2.7 API, responses.ContentCache). */
const ContentCacheView = Type.Object(
  { id: readOnly(Type.String()), name: Type.String(), host: Type.String() },
  { title: 'ContentCache' },
);

/** What a user has set (DTR 2.7 API, responses.UserSettings). */
const UserSettingsView = Type.Object(
  { ContentCacheUUID: Type.String({ description: 'The chosen content cache; empty for none' }) },
  { title: 'UserSettings' },
);

/**
 * `/api/v0/content_caches`: registrations of caches, which clients look up; and the one that a user has chosen, in
 * `/api/v0/accounts/{username}/settings`. Pulls are not sent to them.
 */
export function contentCacheRoutes(app: ApiInstance, deps: AccountDeps): void {
  const { pool } = deps;
  const path = '/api/v0/content_caches';

  app.get(
    path,
    {
      config: forAll,
      schema: {
        summary: 'List content caches',
        tags,
        querystring: wholePageQuery,
        response: { 200: listOf(ContentCacheView) },
      },
    },
    async ({ query }, reply) => {
      const { entries, headers } = await fillPage({
        start: query.pageStart ?? '',
        size: query.pageSize,
        load: (from, limit) => listContentCaches(pool, { pageStart: from || undefined, pageSize: limit }),
        keyOf: ({ id }) => id,
        view: (cache) => cache,
      });
      if (query.count) void reply.header(countHeader, String(await countContentCaches(pool)));
      return reply.headers(headers).send(entries);
    },
  );

  app.post(
    path,
    {
      config: forAdmins,
      schema: {
        summary: 'Register a content cache',
        tags,
        body: Type.Object(
          { name: Type.String({ minLength: 1, maxLength: 100 }), host: Type.String({ minLength: 1, maxLength: 255 }) },
          { additionalProperties: false },
        ),
        response: { 201: ContentCacheView },
      },
    },
    async (request, reply) => {
      assertHost(request.body.host);
      const cache = await auditedChange(deps, request, async (tx, record) => {
        const made = await insertContentCache(tx, request.body);
        await record(cacheEvent('CONTENT_CACHE_CREATE', made));
        return made;
      });
      return reply.code(201).send(cache);
    },
  );

  app.get(
    `${path}/:contentcacheuuid`,
    {
      config: forAll,
      schema: { summary: 'Show a content cache', tags, params: cacheParams, response: { 200: ContentCacheView } },
    },
    async ({ params }) => {
      const { contentcacheuuid: id } = params;
      const cache = isId(id) ? await findContentCache(pool, id) : undefined;
      if (!cache) throw noSuchCache(id);
      return cache;
    },
  );

  app.delete(
    `${path}/:contentcacheuuid`,
    {
      config: forAdmins,
      schema: { summary: 'Remove a content cache', tags, params: cacheParams, response: { 204: NoBody } },
    },
    async (request, reply) => {
      const { contentcacheuuid: id } = request.params;
      await auditedChange(deps, request, async (tx, record) => {
        const deleted = isId(id) ? await deleteContentCache(tx, id) : undefined;
        if (!deleted) throw noSuchCache(id);
        await record(cacheEvent('CONTENT_CACHE_DELETE', deleted));
      });
      return reply.code(204).send();
    },
  );

  app.get(
    '/api/v0/accounts/:username/settings',
    {
      config: forUser,
      schema: {
        summary: 'Show the settings of a user',
        tags,
        params: accountParams,
        response: { 200: UserSettingsView },
      },
    },
    async ({ params }) => {
      const user = await requireUser(pool, params.username);
      return { ContentCacheUUID: await findUserCache(pool, user.id) };
    },
  );

  app.patch(
    '/api/v0/accounts/:username/settings',
    {
      config: forUser,
      schema: {
        summary: 'Change the settings of a user',
        tags,
        params: accountParams,
        body: formOf(UserSettingsView, {
          contentCacheUUID: Type.Optional(ContentCacheUuid),
          // As the answer has it.
          ContentCacheUUID: Type.Optional(ContentCacheUuid),
        }),
        response: { 200: UserSettingsView },
      },
    },
    async (request) => {
      const { ContentCacheUUID, contentCacheUUID = ContentCacheUUID } = request.body;
      const user = await requireUser(pool, request.params.username);
      await auditedChange(deps, request, async (tx, record) => {
        if (contentCacheUUID === undefined) return;
        const isKnown =
          contentCacheUUID === ''
            ? await saveUserCache(tx, user.id, null)
            : isId(contentCacheUUID) && (await saveUserCache(tx, user.id, contentCacheUUID));
        if (!isKnown) {
          throw new DomainError(
            'INVALID_USER_SETTINGS',
            `contentCacheUUID "${contentCacheUUID}" is no content cache: GET ${path} lists them`,
          );
        }
        const { id, name } = user;
        const details = { contentCacheUUID };
        await record({ kind: 'USER_SETTINGS_UPDATE', object: { id, name }, namespace: name, details });
      });
      return { ContentCacheUUID: await findUserCache(pool, user.id) };
    },
  );
}

function cacheEvent(kind: EventKind, { id, name, host }: ContentCacheRow): ChangeEvent {
  return { kind, object: { id, name }, details: { host } };
}

function noSuchCache(id: string): DomainError {
  return new DomainError(
    'NO_SUCH_CONTENT_CACHE',
    `there is no content cache "${id}": GET /api/v0/content_caches lists them`,
  );
}

/** @throws DomainError INVALID_PARAMETERS for what is neither a host nor the URL of one */
function assertHost(host: string): void {
  const text = host.includes('://') ? host : `https://${host}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHost =
    url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash && !url.username;
  if (isHost) return;
  throw new DomainError('INVALID_PARAMETERS', `host "${host}" is not a host such as https://cache.example:4443`);
}
