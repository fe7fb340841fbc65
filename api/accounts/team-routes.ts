import { Type } from 'typebox';
import { requireAccount } from '../http/access.ts';
import { auditedChange } from '../http/audited-change.ts';
import { DomainError } from '../../errors/domain-error.ts';
import type { AccountDeps, ApiInstance } from '../http/instance.ts';
import { MemberView, viewMember } from './account-view.ts';
import { findAccount, isId } from '../../accounts/account-store.ts';
import { memberName, membershipForm, noSuchMember } from './member-routes.ts';
import { saveMember } from '../../accounts/member-store.ts';
import { requireOrganization, noSuchTeam, requireTeam, requireUser } from '../../accounts/named.ts';
import { accountPageParameters, fillListPage, NextPageStart, pageParameters } from './paging.ts';
import {
  deleteTeam,
  deleteTeamMember,
  findTeamMember,
  insertTeam,
  listTeamMembers,
  listTeams,
  saveTeamMember,
  type TeamRow,
  updateTeam,
} from '../../accounts/team-store.ts';
import { NameText } from '../http/names.ts';
import { formOf } from '../http/object-form.ts';
import { listOf, NoBody, readOnly } from '../http/schemas.ts';

const Name = Type.String({ minLength: 1, maxLength: 255 });
const TeamName = Type.String({ minLength: 1, maxLength: 100 });
const Description = Type.String({ maxLength: 1_000 });

/** A team of an organization (docs/msr-api.md, "Accounts"). */
const TeamView = Type.Object(
  {
    id: readOnly(Type.String()),
    orgID: readOnly(Type.String()),
    name: Type.String(),
    description: Type.String(),
    membersCount: readOnly(Type.Integer()),
  },
  { title: 'Team' },
);

const organizationParams = Type.Object({ organization: NameText });
const teamParams = Type.Object({ organization: NameText, team: Name });
const memberParams = Type.Object({ organization: NameText, team: Name, member: NameText });
const pageQuery = Type.Object(pageParameters, { additionalProperties: false });
const memberPageQuery = Type.Object(accountPageParameters, { additionalProperties: false });
const tags = ['teams'];
const asMember = { access: 'organization-member' } as const;
const asOwner = { access: 'organization-owner' } as const;

/** `/enzi/v0/accounts/{org}/teams` (docs/msr-api.md, "Accounts"). Owners of the organization run all of its teams. */
export function teamRoutes(app: ApiInstance, deps: AccountDeps): void {
  const { pool } = deps;
  const teams = '/enzi/v0/accounts/:organization/teams';

  async function requireTeamOf(params: { organization: string; team: string }): Promise<TeamRow> {
    return requireTeam(pool, await requireOrganization(pool, params.organization), params.team);
  }

  app.get(
    teams,
    {
      config: asMember,
      schema: {
        summary: 'List the teams of an organization',
        tags,
        params: organizationParams,
        querystring: pageQuery,
        response: { 200: Type.Object({ teams: listOf(TeamView), nextPageStart: NextPageStart }) },
      },
    },
    async ({ params, query }, reply) => {
      const { id } = await requireOrganization(pool, params.organization);
      const { entries, next, headers } = await fillListPage(query, {
        load: (each) => listTeams(pool, id, each),
        nameOf: ({ name }) => name,
        view: (team) => team,
      });
      return reply.headers(headers).send({ teams: entries, nextPageStart: next });
    },
  );

  app.post(
    teams,
    {
      config: asOwner,
      schema: {
        summary: 'Make a team',
        tags,
        params: organizationParams,
        body: formOf(TeamView, { name: TeamName, description: Type.Optional(Description) }),
        response: { 201: TeamView },
      },
    },
    async (request, reply) => {
      const { name, description = '' } = request.body;
      const organization = await requireOrganization(pool, request.params.organization);
      assertTeamName(name);
      const team = await auditedChange(deps, request, async (tx, record) => {
        const made = await insertTeam(tx, organization, { name, description });
        await record({ kind: 'TEAM_CREATE', object: made, namespace: organization.name });
        return made;
      });
      return reply.code(201).send(team);
    },
  );

  app.get(
    `${teams}/:team`,
    { config: asMember, schema: { summary: 'Show a team', tags, params: teamParams, response: { 200: TeamView } } },
    async ({ params }) => requireTeamOf(params),
  );

  app.patch(
    `${teams}/:team`,
    {
      config: asOwner,
      schema: {
        summary: 'Change a team',
        tags,
        params: teamParams,
        body: formOf(TeamView, {
          // An empty name: as it is.
          name: Type.Optional(Type.String({ maxLength: 100 })),
          description: Type.Optional(Description),
        }),
        response: { 200: TeamView },
      },
    },
    async (request) => {
      const { params, body } = request;
      const organization = await requireOrganization(pool, params.organization);
      const team = await requireTeam(pool, organization, params.team);
      const name = body.name || undefined;
      if (name !== undefined) assertTeamName(name);
      const { description } = body;
      const changes = { ...(name !== undefined && { name }), ...(description !== undefined && { description }) };
      return auditedChange(deps, request, async (tx, record) => {
        const changed = await updateTeam(tx, organization, team.id, changes);
        if (!changed) throw noSuchTeam(organization, team.id);
        await record({ kind: 'TEAM_UPDATE', object: team, namespace: organization.name, details: changes });
        return changed;
      });
    },
  );

  app.delete(
    `${teams}/:team`,
    {
      config: asOwner,
      schema: { summary: 'Delete a team', tags, params: teamParams, response: { 204: NoBody } },
    },
    async (request, reply) => {
      const organization = await requireOrganization(pool, request.params.organization);
      const team = await requireTeam(pool, organization, request.params.team);
      await auditedChange(deps, request, async (tx, record) => {
        const wasThere = await deleteTeam(tx, team.id);
        if (wasThere) await record({ kind: 'TEAM_DELETE', object: team, namespace: organization.name });
      });
      return reply.code(204).send();
    },
  );

  app.get(
    `${teams}/:team/members`,
    {
      config: asMember,
      schema: {
        summary: 'List the members of a team',
        tags,
        params: teamParams,
        querystring: memberPageQuery,
        response: { 200: Type.Object({ members: listOf(MemberView), nextPageStart: NextPageStart }) },
      },
    },
    async (request, reply) => {
      const { id } = await requireTeamOf(request.params);
      const { entries, next, headers } = await fillListPage(request.query, {
        load: (each) => listTeamMembers(pool, id, each),
        nameOf: memberName,
        view: (row) => viewMember(row, requireAccount(request)),
      });
      return reply.headers(headers).send({ members: entries, nextPageStart: next });
    },
  );

  app.get(
    `${teams}/:team/members/:member`,
    {
      config: asMember,
      schema: { summary: 'Show a member of a team', tags, params: memberParams, response: { 200: MemberView } },
    },
    async (request) => {
      const { params } = request;
      const team = await requireTeamOf(params);
      const user = await findAccount(pool, params.member);
      const member = user && (await findTeamMember(pool, team.id, user.id));
      if (!member) throw noSuchMember(params.member, `team "${team.name}"`);
      return viewMember(member, requireAccount(request));
    },
  );

  app.put(
    `${teams}/:team/members/:member`,
    {
      config: asOwner,
      schema: {
        summary: 'Add a member to a team, or change one',
        tags,
        params: memberParams,
        body: membershipForm,
        response: { 200: MemberView },
      },
    },
    async (request) => {
      const { params, body } = request;
      const organization = await requireOrganization(pool, params.organization);
      const team = await requireTeam(pool, organization, params.team);
      const user = await requireUser(pool, params.member);
      await auditedChange(deps, request, async (tx, record) => {
        // Who is in a team is in the organization.
        await saveMember(tx, team.orgID, user.id, {});
        await saveTeamMember(tx, team, user.id, body);
        const details = { team: team.name, ...body };
        await record({ kind: 'TEAM_MEMBER_UPDATE', object: user, namespace: organization.name, details });
      });
      const member = await findTeamMember(pool, team.id, user.id);
      if (!member) throw noSuchMember(params.member, `team "${team.name}"`);
      return viewMember(member, requireAccount(request));
    },
  );

  app.delete(
    `${teams}/:team/members/:member`,
    {
      config: asOwner,
      schema: { summary: 'Remove a member from a team', tags, params: memberParams, response: { 204: NoBody } },
    },
    async (request, reply) => {
      const { params } = request;
      const organization = await requireOrganization(pool, params.organization);
      const team = await requireTeam(pool, organization, params.team);
      const user = await findAccount(pool, params.member);
      await auditedChange(deps, request, async (tx, record) => {
        if (!user || !(await deleteTeamMember(tx, team.id, user.id))) {
          throw noSuchMember(params.member, `team "${team.name}"`);
        }
        const details = { team: team.name };
        await record({ kind: 'TEAM_MEMBER_DELETE', object: user, namespace: organization.name, details });
      });
      return reply.code(204).send();
    },
  );
}

/** @throws DomainError INVALID_PARAMETERS for a name that a path could not hold, or that is taken for an id */
function assertTeamName(name: string): void {
  if (/^[A-Za-z0-9][\w. -]*$/.test(name) && !isId(name)) return;
  throw new DomainError(
    'INVALID_PARAMETERS',
    `"${name}" cannot be the name of a team: begin with a letter or digit, go on with those, "_", ".", "-" and spaces, and name nothing that looks like an id`,
  );
}
