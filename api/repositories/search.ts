import { type Static, Type } from 'typebox';
import { requireAccount } from '../http/access.ts';
import { authenticateSearch } from '../http/authenticate.ts';
import { AccountView, viewAccount } from '../accounts/account-view.ts';
import type { RepositoryDeps, ApiInstance } from '../http/instance.ts';
import { nameText } from '../http/names.ts';
import { listOf } from '../http/schemas.ts';
import { RepositoryView } from './repository-view.ts';
import { readableRepositories } from '../../accounts/policy/access.ts';
import { searchRepositories } from '../../registry/repositories/search-repositories.ts';
import { searchAccounts } from '../../accounts/search-accounts.ts';

const maxResults = 100;
const Text = Type.String({ maxLength: 255 });
const Limit = Type.Integer({ minimum: 1, maximum: maxResults, default: 25 });

const tags = ['search'];

const Found = Type.Object({
  accountResults: Type.Optional(listOf(AccountView)),
  repositoryResults: Type.Optional(listOf(RepositoryView)),
});

/** What `docker search` shows (Docker Registry HTTP API v1, "Search"). */
const DockerSearchView = Type.Object(
  {
    num_results: Type.Integer(),
    query: Type.String(),
    results: listOf(
      Type.Object({
        name: Type.String(),
        description: Type.String(),
        is_official: Type.Boolean(),
        is_trusted: Type.Boolean(),
        star_count: Type.Integer(),
      }),
    ),
  },
  { title: 'DockerSearch' },
);

/**
 * `/api/v0/index`, searches of MSR, and `/v1/search`, which `docker search HOST/TERM` asks. Repositories are those that
 * the caller may read.
 */
export function searchRoutes(app: ApiInstance, deps: RepositoryDeps): void {
  const { pool } = deps;

  app.get(
    '/api/v0/index/autocomplete',
    {
      config: { access: 'authenticated' },
      schema: {
        summary: 'Find repositories and accounts by words',
        tags,
        response: { 200: Found },
        querystring: Type.Object(
          {
            query: Text,
            includeRepositories: Type.Boolean({ default: true }),
            includeAccounts: Type.Boolean({ default: true }),
            namespace: Type.Optional(nameText()),
            limit: Limit,
          },
          { additionalProperties: false },
        ),
      },
    },
    async (request) => {
      const { query: text, includeRepositories, includeAccounts, namespace, limit } = request.query;
      const viewer = requireAccount(request);
      const search = { text, namespace: namespace || undefined, limit };
      const readable = await readableRepositories(pool, viewer.name);
      return {
        ...(includeAccounts && {
          accountResults: (await searchAccounts(pool, search)).map((account) => viewAccount(account, viewer)),
        }),
        ...(includeRepositories && { repositoryResults: await searchRepositories(pool, readable, search) }),
      };
    },
  );

  async function dockerSearch(subject: string, text: string, limit: number): Promise<Static<typeof DockerSearchView>> {
    const found = await searchRepositories(pool, await readableRepositories(pool, subject), { text, limit });
    return {
      num_results: found.length,
      query: text,
      results: found.map(({ namespace, name, shortDescription }) => ({
        name: `${namespace}/${name}`,
        description: shortDescription,
        is_official: false,
        is_trusted: false,
        star_count: 0,
      })),
    };
  }

  app.get(
    '/api/v0/index/dockersearch',
    {
      config: { access: 'subject' },
      schema: {
        summary: 'Find repositories, as docker search does',
        tags,
        querystring: Type.Object({ q: Text, n: Limit }, { additionalProperties: false }),
        response: { 200: DockerSearchView },
      },
    },
    async (request) => dockerSearch(requireAccount(request).name, request.query.q, request.query.n),
  );

  app.get(
    '/v1/search',
    {
      // Nobody who has not signed in sees more than what is public. An engine sends what it is signed in with, if anything.
      config: { access: 'anonymous', pace: 'network' },
      // Engines may send more than this, such as the page.
      schema: {
        summary: 'Find repositories, as docker search asks',
        tags,
        response: { 200: DockerSearchView },
        querystring: Type.Object(
          { q: Text, n: Limit },
          { maxProperties: 10, propertyNames: Type.String({ maxLength: 100 }) },
        ),
      },
    },
    async ({ raw, query: { q, n } }) => dockerSearch((await authenticateSearch(deps, raw))?.account.name ?? '', q, n),
  );
}
