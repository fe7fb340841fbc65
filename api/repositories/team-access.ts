import type { FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { requireAccount } from '../http/access.ts';
import { auditedChange } from '../http/audited-change.ts';
import { requireOrganization, requireTeam, requireUser } from '../../accounts/named.ts';
import type { TeamRow } from '../../accounts/team-store.ts';
import { DomainError, noSuchRepository } from '../../errors/domain-error.ts';
import type { AccountDeps, ApiInstance } from '../http/instance.ts';
import { countHeader, fillPage, pageQuery } from '../http/paging.ts';
import { type AccessLevel, isInTeam, repositoryAccess } from '../../accounts/policy/access.ts';
import { findRepositories, findRepository } from '../../registry/repositories/repository-store.ts';
import {
  countGrantedRepositories,
  countTeamAccess,
  deleteTeamAccess,
  findTeamAccess,
  type GrantTarget,
  listGrantedRepositories,
  listTeamAccess,
  saveTeamAccess,
} from '../../accounts/team-access-store.ts';
import { accountParams, namespaceParams, NameText, repositoryParams } from '../http/names.ts';
import { listOf, NoBody } from '../http/schemas.ts';
import { RepositoryView } from './repository-view.ts';
import { AccountView } from '../accounts/account-view.ts';
import {
  AccessLevelView,
  AccessTeamView,
  accessForm,
  NamespaceTeamAccessView,
  RepositoryAccessView,
  RepositoryTeamAccessView,
  TeamAccessView,
} from './team-access-view.ts';

const Name = Type.String({ minLength: 1, maxLength: 255 });
const namespaceTeamParams = Type.Object({ ...namespaceParams.properties, team: Name });
const repositoryTeamParams = Type.Object({ ...repositoryParams.properties, team: Name });
const tags = ['team access'];

/** Grants to teams, for repositories and for whole namespaces (DTR 2.7 API). */
export function teamAccessRoutes(app: ApiInstance, deps: AccountDeps): void {
  const { pool } = deps;

  /** Grants a team access, or with undefined takes it away, and tells of it. */
  async function change(
    request: FastifyRequest,
    team: TeamRow,
    { target, ...where }: { target: GrantTarget; namespace: string; repository?: string },
    accessLevel: AccessLevel | undefined,
  ): Promise<void> {
    await auditedChange(deps, request, async (tx, record) => {
      if (accessLevel !== undefined) {
        await saveTeamAccess(tx, target, team.id, accessLevel);
        await record({ kind: 'TEAM_ACCESS_UPDATE', object: team, ...where, details: { accessLevel } });
      } else if (await deleteTeamAccess(tx, target, team.id)) {
        await record({ kind: 'TEAM_ACCESS_DELETE', object: team, ...where });
      }
    });
  }

  async function requireRepository(params: { namespace: string; reponame: string }) {
    const { repositoryId } = await repositoryAccess(pool, undefined, params.namespace, params.reponame);
    const repository = await findRepository(pool, params.namespace, params.reponame);
    if (!repository || repositoryId === undefined) throw noSuchRepository(params.namespace, params.reponame);
    const where = { target: { repositoryId }, namespace: repository.namespace, repository: repository.name };
    return { repository, where };
  }

  /** @throws DomainError NO_SUCH_NAMESPACE_TEAM_ACCESS */
  async function requireNamespaceAccess(namespace: string, clientId: string, team: TeamRow) {
    const granted = await findTeamAccess(pool, { namespace }, clientId, team.id);
    if (granted) return { ...granted, namespace };
    throw new DomainError(
      'NO_SUCH_NAMESPACE_TEAM_ACCESS',
      `the team "${team.name}" is granted nothing for the whole namespace "${namespace}"`,
    );
  }

  async function loadGranted(teamId: string, page: { pageStart: string | undefined; pageSize: number }) {
    const granted = await listGrantedRepositories(pool, teamId, page);
    const repositories = await findRepositories(
      pool,
      granted.map(({ repositoryId }) => repositoryId),
    );
    const levels = new Map(granted.map(({ publicId, accessLevel }) => [publicId, accessLevel]));
    return repositories.flatMap((repository) => {
      const accessLevel = levels.get(repository.id);
      return accessLevel === undefined ? [] : [{ accessLevel, repository }];
    });
  }

  /** One page of grants, with the headers that lead to the next. */
  async function page(target: GrantTarget, clientId: string, query: Static<typeof pageQuery>) {
    const { pageStart = '', pageSize, count } = query;
    const { entries, headers } = await fillPage({
      start: pageStart,
      size: pageSize,
      load: (from, limit) => listTeamAccess(pool, target, clientId, { pageStart: from || undefined, pageSize: limit }),
      keyOf: ({ team }) => team.id,
      view: (granted) => granted,
    });
    const counted = count && { [countHeader]: String(await countTeamAccess(pool, target)) };
    return { teamAccessList: entries, headers: { ...headers, ...counted } };
  }

  app.get(
    '/api/v0/repositories/:namespace/:reponame/teamAccess',
    {
      config: { access: 'repository-admin' },
      schema: {
        summary: 'List what teams are granted for a repository',
        tags,
        params: repositoryParams,
        querystring: pageQuery,
        response: { 200: RepositoryTeamAccessView },
      },
    },
    async (request, reply) => {
      const { repository, where } = await requireRepository(request.params);
      await requireOrganization(pool, repository.namespace);
      const { teamAccessList, headers } = await page(where.target, requireAccount(request).id, request.query);
      return reply.headers(headers).send({ repository, teamAccessList });
    },
  );

  app.put(
    '/api/v0/repositories/:namespace/:reponame/teamAccess/:team',
    {
      config: { access: 'repository-admin' },
      schema: {
        summary: 'Grant a team access to a repository',
        tags,
        params: repositoryTeamParams,
        body: accessForm,
        response: { 200: RepositoryTeamAccessView },
      },
    },
    async (request) => {
      const { repository, where } = await requireRepository(request.params);
      const team = await requireTeam(pool, await requireOrganization(pool, repository.namespace), request.params.team);
      await change(request, team, where, request.body.accessLevel);
      const granted = await findTeamAccess(pool, where.target, requireAccount(request).id, team.id);
      return { repository, teamAccessList: granted ? [granted] : [] };
    },
  );

  app.delete(
    '/api/v0/repositories/:namespace/:reponame/teamAccess/:team',
    {
      config: { access: 'repository-admin' },
      schema: {
        summary: 'Take from a team what it is granted for a repository',
        tags,
        params: repositoryTeamParams,
        response: { 204: NoBody },
      },
    },
    async (request, reply) => {
      const { repository, where } = await requireRepository(request.params);
      const team = await requireTeam(pool, await requireOrganization(pool, repository.namespace), request.params.team);
      await change(request, team, where, undefined);
      return reply.code(204).send();
    },
  );

  app.get(
    '/api/v0/repositoryNamespaces/:namespace/teamAccess',
    {
      config: { access: 'namespace-member' },
      schema: {
        summary: 'List what teams are granted for a namespace',
        tags,
        params: namespaceParams,
        querystring: pageQuery,
        response: { 200: Type.Object({ namespace: Type.String(), teamAccessList: listOf(TeamAccessView) }) },
      },
    },
    async (request, reply) => {
      const { name: namespace } = await requireOrganization(pool, request.params.namespace);
      const { teamAccessList, headers } = await page({ namespace }, requireAccount(request).id, request.query);
      return reply.headers(headers).send({ namespace, teamAccessList });
    },
  );

  app.get(
    '/api/v0/repositoryNamespaces/:namespace/teamAccess/:team',
    {
      config: { access: 'namespace-member' },
      schema: {
        summary: 'Show what a team is granted for a namespace',
        tags,
        params: namespaceTeamParams,
        response: { 200: NamespaceTeamAccessView },
      },
    },
    async (request) => {
      const owner = await requireOrganization(pool, request.params.namespace);
      const team = await requireTeam(pool, owner, request.params.team);
      return requireNamespaceAccess(owner.name, requireAccount(request).id, team);
    },
  );

  app.put(
    '/api/v0/repositoryNamespaces/:namespace/teamAccess/:team',
    {
      config: { access: 'namespace-admin' },
      schema: {
        summary: 'Grant a team access to a namespace',
        tags,
        params: namespaceTeamParams,
        body: accessForm,
        response: { 200: NamespaceTeamAccessView },
      },
    },
    async (request) => {
      const owner = await requireOrganization(pool, request.params.namespace);
      const team = await requireTeam(pool, owner, request.params.team);
      const target = { namespace: owner.name };
      await change(request, team, { target, ...target }, request.body.accessLevel);
      return requireNamespaceAccess(owner.name, requireAccount(request).id, team);
    },
  );

  app.delete(
    '/api/v0/repositoryNamespaces/:namespace/teamAccess/:team',
    {
      config: { access: 'namespace-admin' },
      schema: {
        summary: 'Take from a team what it is granted for a namespace',
        tags,
        params: namespaceTeamParams,
        response: { 204: NoBody },
      },
    },
    async (request, reply) => {
      const owner = await requireOrganization(pool, request.params.namespace);
      const team = await requireTeam(pool, owner, request.params.team);
      const target = { namespace: owner.name };
      await change(request, team, { target, ...target }, undefined);
      return reply.code(204).send();
    },
  );

  app.get(
    '/api/v0/accounts/:organization/teams/:team/repositoryAccess',
    {
      config: { access: 'team-member' },
      schema: {
        summary: 'List the repositories that a team is granted',
        tags,
        params: Type.Object({ organization: NameText, team: Name }),
        querystring: pageQuery,
        response: {
          200: Type.Object({ team: AccessTeamView, repositoryAccessList: listOf(RepositoryAccessView) }),
        },
      },
    },
    async (request, reply) => {
      const { pageStart = '', pageSize, count } = request.query;
      const organization = await requireOrganization(pool, request.params.organization);
      const team = await requireTeam(pool, organization, request.params.team);
      const { entries, headers } = await fillPage({
        start: pageStart,
        size: pageSize,
        load: (from, limit) => loadGranted(team.id, { pageStart: from || undefined, pageSize: limit }),
        keyOf: ({ repository }) => repository.id,
        view: (granted) => granted,
      });
      if (count) void reply.header(countHeader, String(await countGrantedRepositories(pool, team.id)));
      const isMember = await isInTeam(pool, team.id, requireAccount(request).id);
      return reply.headers(headers).send({
        team: { id: team.id, name: team.name, clientUserIsMember: isMember },
        repositoryAccessList: entries,
      });
    },
  );

  app.get(
    '/api/v0/accounts/:username/repositoryAccess/:namespace/:reponame',
    {
      config: { access: 'self' },
      schema: {
        summary: 'Show what a user may do with a repository',
        tags,
        params: Type.Object({ ...accountParams.properties, ...repositoryParams.properties }),
        response: {
          200: Type.Object({ accessLevel: AccessLevelView, user: AccountView, repository: RepositoryView }),
        },
      },
    },
    async ({ params: { username, namespace, reponame } }) => {
      const user = await requireUser(pool, username);
      const { level } = await repositoryAccess(pool, user, namespace, reponame);
      const repository = await findRepository(pool, namespace, reponame);
      if (!repository || level === undefined) {
        throw new DomainError(
          'NO_SUCH_REPOSITORY',
          `there is no repository ${namespace}/${reponame} to which "${user.name}" has access`,
        );
      }
      return { accessLevel: level, user, repository };
    },
  );
}
