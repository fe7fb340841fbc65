import { Type, type Static } from 'typebox';
import { RegistryError } from '../../registry/errors.ts';
import { deleteRepository } from '../../registry/delete-repository.ts';
import { parseRepositoryName } from '../../registry/names.ts';
import { requireAccount } from '../access.ts';
import { namespaceExists, type Account } from '../enzi/accounts.ts';
import { ApiError, noSuchAccount, noSuchRepository } from '../errors.ts';
import type { ApiDeps, ApiInstance } from '../instance.ts';
import { countHeader, nextPageHeader, pageQuery } from '../paging.ts';
import { countReadable } from '../../registry/readable-repositories.ts';
import { readableRepositories } from '../policy/access.ts';
import { findRepository, insertRepository, listRepositories, updateRepository } from '../repository-store.ts';

const namespaceParams = Type.Object({ namespace: Type.String({ maxLength: 255 }) });
const repositoryParams = Type.Object({
  namespace: Type.String({ maxLength: 255 }),
  reponame: Type.String({ maxLength: 255 }),
});

const maxGraceSeconds = 10 * 365 * 86_400;
const defaultGraceSeconds = 7 * 86_400;

const settings = {
  shortDescription: Type.String({ maxLength: 1_000 }),
  longDescription: Type.String({ maxLength: 100_000 }),
  scanOnPush: Type.Boolean(),
  immutableTags: Type.Boolean(),
  enableManifestLists: Type.Boolean(),
  tagLimit: Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 }),
  untaggedManifests: Type.Enum(['keep', 'delete']),
  orphanedReferrers: Type.Enum(['keep', 'delete']),
  untaggedGraceSeconds: Type.Integer({ minimum: 0, maximum: maxGraceSeconds }),
};

/** `/api/v0/repositories` (msr.md section 3.1). */
export function repositoryRoutes(app: ApiInstance, { pool, forgetRepositories, wakeDispatcher }: ApiDeps): void {
  /** One page, with the headers that lead to the next. */
  async function page(account: Account, query: Static<typeof pageQuery>, namespace?: string) {
    const { pageStart, pageSize, count } = query;
    const readable = await readableRepositories(pool, account.name);
    const filter = { namespace, pageStart: pageStart || undefined, pageSize: pageSize + 1 };
    const rows = await listRepositories(pool, readable, filter);
    const next = rows.length > pageSize ? rows.pop() : undefined;
    return {
      body: { repositories: rows },
      headers: {
        ...(next && { [nextPageHeader]: next.id }),
        ...(count && { [countHeader]: String(await countReadable(pool, readable, namespace)) }),
      },
    };
  }

  app.get(
    '/api/v0/repositories',
    { config: { access: 'authenticated' }, schema: { querystring: pageQuery } },
    async (request, reply) => {
      const { body, headers } = await page(requireAccount(request), request.query);
      return reply.headers(headers).send(body);
    },
  );

  app.get(
    '/api/v0/repositories/:namespace',
    { config: { access: 'authenticated' }, schema: { params: namespaceParams, querystring: pageQuery } },
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
        params: namespaceParams,
        body: Type.Object(
          {
            name: Type.String({ minLength: 1, maxLength: 255 }),
            shortDescription: Type.String({ maxLength: 1_000, default: '' }),
            longDescription: Type.String({ maxLength: 100_000, default: '' }),
            visibility: Type.Enum(['public', 'private'], { default: 'public' }),
            scanOnPush: Type.Boolean({ default: false }),
            immutableTags: Type.Boolean({ default: false }),
            enableManifestLists: Type.Boolean({ default: true }),
            tagLimit: Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1, default: 0 }),
            untaggedManifests: Type.Enum(['keep', 'delete'], { default: 'delete' }),
            orphanedReferrers: Type.Enum(['keep', 'delete'], { default: 'delete' }),
            untaggedGraceSeconds: Type.Integer({ minimum: 0, maximum: maxGraceSeconds, default: defaultGraceSeconds }),
          },
          { additionalProperties: false },
        ),
      },
    },
    async (request, reply) => {
      const { namespace } = request.params;
      const { name } = readName(namespace, request.body.name);
      const repository = await insertRepository(pool, { ...request.body, namespace, name });
      if (!repository) throw new ApiError('REPOSITORY_EXISTS', `there is a repository ${namespace}/${name} already`);
      return reply.code(201).send(repository);
    },
  );

  app.get(
    '/api/v0/repositories/:namespace/:reponame',
    { config: { access: 'repository-read' }, schema: { params: repositoryParams } },
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
        params: repositoryParams,
        body: Type.Partial(Type.Object({ ...settings, visibility: Type.String({ maxLength: 100 }) }), {
          additionalProperties: false,
        }),
      },
    },
    async ({ params: { namespace, reponame }, body: { visibility, ...changes } }) => {
      if (visibility !== undefined && visibility !== 'public' && visibility !== 'private') {
        throw new ApiError('INVALID_REPOSITORY_VISIBILITY', `visibility "${visibility}" is neither public nor private`);
      }
      const repository = await updateRepository(pool, namespace, reponame, {
        ...changes,
        ...(visibility !== undefined && { visibility }),
      });
      if (!repository) throw noSuchRepository(namespace, reponame);
      return repository;
    },
  );

  app.delete(
    '/api/v0/repositories/:namespace/:reponame',
    { config: { access: 'repository-admin' }, schema: { params: repositoryParams } },
    async (request, reply) => {
      const { namespace, reponame } = request.params;
      const requestedBy = requireAccount(request).name;
      if (!(await deleteRepository(pool, { namespace, name: reponame, requestedBy }))) {
        throw noSuchRepository(namespace, reponame);
      }
      wakeDispatcher.send();
      await forgetRepositories();
      return reply.code(204).send();
    },
  );
}

function readName(namespace: string, name: string) {
  try {
    return parseRepositoryName(`${namespace}/${name}`);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw new ApiError('INVALID_REPOSITORY_NAME', error.message, { cause: error });
  }
}
