import { Type, type Static } from 'typebox';
import { RegistryError } from '../../registry/errors.ts';
import { parseRepositoryName } from '../../registry/names.ts';
import { requireAccount } from '../access.ts';
import { namespaceExists, type Account } from '../enzi/accounts.ts';
import { ApiError } from '../errors.ts';
import type { ApiDeps, ApiInstance } from '../instance.ts';
import { countRepositories, findRepository, insertRepository, listRepositories } from '../repository-store.ts';

const config = { access: 'authenticated' } as const;
const maxPageSize = 1_000;

// "count" is left out of the header names that clients are known to read, so the name follows X-Next-Page-Start.
const countHeader = 'x-resource-count';
const nextPageHeader = 'x-next-page-start';

const pageQuery = Type.Object(
  {
    pageStart: Type.Optional(Type.String({ pattern: '^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$' })),
    pageSize: Type.Integer({ minimum: 1, maximum: maxPageSize, default: 10 }),
    count: Type.Boolean({ default: false }),
  },
  { additionalProperties: false },
);
const namespaceParams = Type.Object({ namespace: Type.String({ maxLength: 255 }) });
const repositoryParams = Type.Object({
  namespace: Type.String({ maxLength: 255 }),
  reponame: Type.String({ maxLength: 255 }),
});

/** `/api/v0/repositories` (msr.md section 3.1). */
export function repositoryRoutes(app: ApiInstance, { pool }: ApiDeps): void {
  /** One page, with the headers that lead to the next. */
  async function page(account: Account, query: Static<typeof pageQuery>, namespace?: string) {
    const { pageStart, pageSize, count } = query;
    const filter = { namespace, pageStart: pageStart || undefined, pageSize: pageSize + 1 };
    const rows = await listRepositories(pool, account, filter);
    const next = rows.length > pageSize ? rows.pop() : undefined;
    return {
      body: { repositories: rows },
      headers: {
        ...(next && { [nextPageHeader]: next.id }),
        ...(count && { [countHeader]: String(await countRepositories(pool, account, namespace)) }),
      },
    };
  }

  app.get('/api/v0/repositories', { config, schema: { querystring: pageQuery } }, async (request, reply) => {
    const { body, headers } = await page(requireAccount(request), request.query);
    return reply.headers(headers).send(body);
  });

  app.get(
    '/api/v0/repositories/:namespace',
    { config, schema: { params: namespaceParams, querystring: pageQuery } },
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
      config,
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
          },
          { additionalProperties: false },
        ),
      },
    },
    async (request, reply) => {
      const { namespace } = request.params;
      const account = requireAccount(request);
      assertAdministers(account, namespace);
      if (!(await namespaceExists(pool, namespace))) throw noSuchAccount(namespace);
      const { name } = readName(namespace, request.body.name);
      const repository = await insertRepository(pool, { ...request.body, namespace, name });
      if (!repository) throw new ApiError('REPOSITORY_EXISTS', `there is a repository ${namespace}/${name} already`);
      return reply.code(201).send(repository);
    },
  );

  app.get(
    '/api/v0/repositories/:namespace/:reponame',
    { config, schema: { params: repositoryParams } },
    async (request) => {
      const { namespace, reponame } = request.params;
      const { isAdmin, name } = requireAccount(request);
      const repository = await findRepository(pool, namespace, reponame);
      const isVisible = repository && (isAdmin || name === namespace || repository.visibility === 'public');
      if (!isVisible) throw new ApiError('NO_SUCH_REPOSITORY', `there is no repository ${namespace}/${reponame}`);
      return repository;
    },
  );
}

function assertAdministers(account: Account, namespace: string): void {
  if (account.isAdmin || account.name === namespace) return;
  throw new ApiError('NOT_AUTHORIZED', `only administrators of "${namespace}" may create repositories in it`);
}

function readName(namespace: string, name: string) {
  try {
    return parseRepositoryName(`${namespace}/${name}`);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw new ApiError('INVALID_REPOSITORY_NAME', error.message, { cause: error });
  }
}

function noSuchAccount(namespace: string): ApiError {
  return new ApiError('NO_SUCH_ACCOUNT', `there is no account "${namespace}"`);
}
