import { Type, type Static } from 'typebox';
import type { EventKind } from '../../events/event-kinds.ts';
import { RegistryError } from '../../registry/errors.ts';
import { deleteRepository } from '../../registry/repositories/delete-repository.ts';
import { parseRepositoryName } from '../../registry/repositories/names.ts';
import { requireAccount } from '../http/access.ts';
import { auditedChange } from '../http/audited-change.ts';
import type { ChangeEvent } from '../../events/audit.ts';
import { namespaceExists, type Account } from '../../accounts/accounts.ts';
import { DomainError, noSuchAccount, noSuchRepository } from '../../errors/domain-error.ts';
import type { RepositoryDeps, ApiInstance } from '../http/instance.ts';
import { countHeader, fillPage, pageQuery } from '../http/paging.ts';
import { countReadable } from '../../registry/repositories/readable-repositories.ts';
import { readableRepositories } from '../../accounts/policy/access.ts';
import {
  findRepository,
  insertRepository,
  listRepositories,
  type RepositoryRow,
  updateRepository,
} from '../../registry/repositories/repository-store.ts';
import { namespaceParams, repositoryParams } from '../http/names.ts';
import { formOf } from '../http/object-form.ts';
import { NoBody } from '../http/schemas.ts';
import { RepositoryList, RepositoryView, retentions, visibilities } from './repository-view.ts';

const maxGraceSeconds = 10 * 365 * 86_400;
const defaultGraceSeconds = 7 * 86_400;

const tags = ['repositories'];

const newRepositoryForm = formOf(RepositoryView, {
  name: Type.String({ minLength: 1, maxLength: 255 }),
  shortDescription: Type.String({ maxLength: 1_000, default: '' }),
  longDescription: Type.String({ maxLength: 100_000, default: '' }),
  visibility: Type.Enum([...visibilities], { default: 'public' }),
  scanOnPush: Type.Boolean({ default: false }),
  immutableTags: Type.Boolean({ default: false }),
  enableManifestLists: Type.Boolean({ default: true }),
  tagLimit: Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1, default: 0 }),
  untaggedManifests: Type.Enum([...retentions], { default: 'delete' }),
  orphanedReferrers: Type.Enum([...retentions], { default: 'delete' }),
  untaggedGraceSeconds: Type.Integer({ minimum: 0, maximum: maxGraceSeconds, default: defaultGraceSeconds }),
});
const repositoryForm = formOf(
  RepositoryView,
  {
    shortDescription: Type.Optional(Type.String({ maxLength: 1_000 })),
    longDescription: Type.Optional(Type.String({ maxLength: 100_000 })),
    scanOnPush: Type.Optional(Type.Boolean()),
    immutableTags: Type.Optional(Type.Boolean()),
    enableManifestLists: Type.Optional(Type.Boolean()),
    tagLimit: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 })),
    visibility: Type.Optional(Type.String({ maxLength: 100 })),
    untaggedManifests: Type.Optional(Type.Enum([...retentions])),
    orphanedReferrers: Type.Optional(Type.Enum([...retentions])),
    untaggedGraceSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: maxGraceSeconds })),
  },
  'name',
);

/** `/api/v0/repositories` (DTR 2.7 API). */
export function repositoryRoutes(app: ApiInstance, deps: RepositoryDeps): void {
  const { pool, forgetRepositories, wakeDispatcher } = deps;

  /** One page, with the headers that lead to the next. */
  async function page(account: Account, query: Static<typeof pageQuery>, namespace?: string) {
    const { pageStart = '', pageSize, count } = query;
    const readable = await readableRepositories(pool, account.name);
    const { entries, headers } = await fillPage({
      start: pageStart,
      size: pageSize,
      load: (from, limit) =>
        listRepositories(pool, readable, { namespace, pageStart: from || undefined, pageSize: limit }),
      keyOf: ({ id }) => id,
      view: (repository) => repository,
    });
    return {
      body: { repositories: entries },
      headers: {
        ...headers,
        ...(count && { [countHeader]: String(await countReadable(pool, readable, namespace)) }),
      },
    };
  }

  app.get(
    '/api/v0/repositories',
    {
      config: { access: 'subject' },
      schema: { summary: 'List repositories', tags, querystring: pageQuery, response: { 200: RepositoryList } },
    },
    async (request, reply) => {
      const { body, headers } = await page(requireAccount(request), request.query);
      return reply.headers(headers).send(body);
    },
  );

  app.get(
    '/api/v0/repositories/:namespace',
    {
      config: { access: 'subject' },
      schema: {
        summary: 'List the repositories of a namespace',
        tags,
        params: namespaceParams,
        querystring: pageQuery,
        response: { 200: RepositoryList },
      },
    },
    async (request, reply) => {
      const { namespace } = request.params;
      if (!(await namespaceExists(pool, namespace))) throw noSuchAccount(namespace);
      const { body, headers } = await page(requireAccount(request), request.query, namespace);
      return reply.headers(headers).send(body);
    },
  );

  app.post(
    '/api/v0/repositories/:namespace',
    {
      config: { access: 'namespace-admin' },
      schema: {
        summary: 'Make a repository',
        tags,
        params: namespaceParams,
        body: newRepositoryForm,
        response: { 201: RepositoryView },
      },
    },
    async (request, reply) => {
      const { namespace } = request.params;
      const { name } = readName(namespace, request.body.name);
      const repository = await auditedChange(deps, request, async (tx, record) => {
        const made = await insertRepository(tx, { ...request.body, namespace, name });
        if (made) await record(repositoryEvent('REPOSITORY_CREATE', made, { visibility: made.visibility }));
        return made;
      });
      if (!repository) throw new DomainError('REPOSITORY_EXISTS', `there is a repository ${namespace}/${name} already`);
      return reply.code(201).send(repository);
    },
  );

  app.get(
    '/api/v0/repositories/:namespace/:reponame',
    {
      config: { access: 'repository-read' },
      schema: { summary: 'Show a repository', tags, params: repositoryParams, response: { 200: RepositoryView } },
    },
    async ({ params: { namespace, reponame } }) => {
      const repository = await findRepository(pool, namespace, reponame);
      if (!repository) throw noSuchRepository(namespace, reponame);
      return repository;
    },
  );

  app.patch(
    '/api/v0/repositories/:namespace/:reponame',
    {
      config: { access: 'repository-admin' },
      schema: {
        summary: 'Change a repository',
        tags,
        params: repositoryParams,
        body: repositoryForm,
        response: { 200: RepositoryView },
      },
    },
    async (request) => {
      const { namespace, reponame } = request.params;
      const { visibility, ...rest } = request.body;
      if (visibility !== undefined && visibility !== 'public' && visibility !== 'private') {
        throw new DomainError(
          'INVALID_REPOSITORY_VISIBILITY',
          `visibility "${visibility}" is neither public nor private`,
        );
      }
      return auditedChange(deps, request, async (tx, record) => {
        const repository = await updateRepository(tx, namespace, reponame, {
          ...rest,
          ...(visibility !== undefined && { visibility }),
        });
        if (!repository) throw noSuchRepository(namespace, reponame);
        // Descriptions can be long.
        const { shortDescription: _short, longDescription: _long, ...to } = request.body;
        const details = { changed: Object.keys(request.body), to };
        await record(repositoryEvent('REPOSITORY_UPDATE', repository, details));
        return repository;
      });
    },
  );

  app.delete(
    '/api/v0/repositories/:namespace/:reponame',
    {
      config: { access: 'repository-admin' },
      schema: { summary: 'Delete a repository', tags, params: repositoryParams, response: { 204: NoBody } },
    },
    async (request, reply) => {
      const { namespace, reponame } = request.params;
      await auditedChange(deps, request, async (tx, record) => {
        const repository = await findRepository(tx, namespace, reponame);
        const requestedBy = requireAccount(request).name;
        const isDeleted = await deleteRepository(tx, { namespace, name: reponame, requestedBy });
        if (!repository || !isDeleted) throw noSuchRepository(namespace, reponame);
        await record(repositoryEvent('REPOSITORY_DELETE', repository));
      });
      wakeDispatcher.send();
      await forgetRepositories();
      return reply.code(204).send();
    },
  );
}

/** What an event tells of a repository. */
export function repositoryEvent(
  kind: EventKind,
  { id, namespace, name }: Pick<RepositoryRow, 'id' | 'namespace' | 'name'>,
  details: Readonly<Record<string, unknown>> = {},
): ChangeEvent {
  return { kind, object: { id, name: `${namespace}/${name}` }, namespace, repository: name, details };
}

function readName(namespace: string, name: string) {
  try {
    return parseRepositoryName(`${namespace}/${name}`);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw new DomainError('INVALID_REPOSITORY_NAME', error.message, { cause: error });
  }
}
