import { Type } from 'typebox';
import { requireAccount } from '../http/access.ts';
import { auditedChange } from '../http/audited-change.ts';
import { DomainError } from '../../errors/domain-error.ts';
import type { AccountDeps, ApiInstance } from '../http/instance.ts';
import { MembershipView, MemberView, viewMember } from './account-view.ts';
import { findAccount } from '../../accounts/account-store.ts';
import {
  deleteMember,
  findMember,
  listMembers,
  listOrganizations,
  memberFilters,
  type MemberRow,
  saveMember,
} from '../../accounts/member-store.ts';
import { requireOrganization, requireUser } from '../../accounts/named.ts';
import { fillListPage, accountPageParameters, NextPageStart } from './paging.ts';
import { accountParams, NameText } from '../http/names.ts';
import { formOf } from '../http/object-form.ts';
import { listOf, NoBody } from '../http/schemas.ts';

const organizationParams = Type.Object({ organization: NameText });
const memberParams = Type.Object({ organization: NameText, member: NameText });
/** The body of every PUT of a member. */
export const membershipForm = formOf(MemberView, {
  isAdmin: Type.Optional(Type.Boolean()),
  isPublic: Type.Optional(Type.Boolean()),
});
const tags = ['members'];

/** `/enzi/v0/accounts/{org}/members` and `/enzi/v0/accounts/{user}/organizations` (docs/msr-api.md, "Accounts"). */
export function memberRoutes(app: ApiInstance, deps: AccountDeps): void {
  const { pool } = deps;

  app.get(
    '/enzi/v0/accounts/:username/organizations',
    {
      config: { access: 'self' },
      schema: {
        summary: 'List the organizations of a user',
        tags,
        params: accountParams,
        querystring: Type.Object(accountPageParameters, { additionalProperties: false }),
        response: { 200: Type.Object({ memberOrgs: listOf(MembershipView), nextPageStart: NextPageStart }) },
      },
    },
    async ({ params, query }, reply) => {
      const user = await requireUser(pool, params.username);
      const { entries, next, headers } = await fillListPage(query, {
        load: (each) => listOrganizations(pool, user.id, each),
        nameOf: ({ org }) => org.name,
        view: (organization) => organization,
      });
      return reply.headers(headers).send({ memberOrgs: entries, nextPageStart: next });
    },
  );

  app.get(
    '/enzi/v0/accounts/:organization/members',
    {
      config: { access: 'organization-member' },
      schema: {
        summary: 'List the members of an organization',
        tags,
        params: organizationParams,
        querystring: Type.Object(
          { ...accountPageParameters, filter: Type.Enum([...memberFilters], { default: 'all' }) },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ members: listOf(MemberView), nextPageStart: NextPageStart }) },
      },
    },
    async (request, reply) => {
      const { filter, ...query } = request.query;
      const { id } = await requireOrganization(pool, request.params.organization);
      const { entries, next, headers } = await fillListPage(query, {
        load: (each) => listMembers(pool, id, filter, each),
        nameOf: memberName,
        view: (row) => viewMember(row, requireAccount(request)),
      });
      return reply.headers(headers).send({ members: entries, nextPageStart: next });
    },
  );

  app.get(
    '/enzi/v0/accounts/:organization/members/:member',
    {
      config: { access: 'organization-member' },
      schema: {
        summary: 'Show a member of an organization',
        tags,
        params: memberParams,
        response: { 200: MemberView },
      },
    },
    async (request) => {
      const { params } = request;
      const { id } = await requireOrganization(pool, params.organization);
      const user = await findAccount(pool, params.member);
      const member = user && (await findMember(pool, id, user.id));
      if (!member) throw noSuchMember(params.member, `organization "${params.organization}"`);
      return viewMember(member, requireAccount(request));
    },
  );

  app.put(
    '/enzi/v0/accounts/:organization/members/:member',
    {
      config: { access: 'organization-owner' },
      schema: {
        summary: 'Add a member to an organization, or change one',
        tags,
        params: memberParams,
        body: membershipForm,
        response: { 200: MemberView },
      },
    },
    async (request) => {
      const { params, body } = request;
      const { id, name: namespace } = await requireOrganization(pool, params.organization);
      const user = await requireUser(pool, params.member);
      await auditedChange(deps, request, async (tx, record) => {
        await saveMember(tx, id, user.id, body);
        await record({ kind: 'MEMBER_UPDATE', object: user, namespace, details: body });
      });
      const member = await findMember(pool, id, user.id);
      if (!member) throw noSuchMember(params.member, `organization "${params.organization}"`);
      return viewMember(member, requireAccount(request));
    },
  );

  app.delete(
    '/enzi/v0/accounts/:organization/members/:member',
    {
      config: { access: 'organization-owner' },
      schema: {
        summary: 'Remove a member from an organization and its teams',
        tags,
        params: memberParams,
        response: { 204: NoBody },
      },
    },
    async (request, reply) => {
      const { params } = request;
      const { id, name: namespace } = await requireOrganization(pool, params.organization);
      const user = await findAccount(pool, params.member);
      await auditedChange(deps, request, async (tx, record) => {
        if (!user || !(await deleteMember(tx, id, user.id))) {
          throw noSuchMember(params.member, `organization "${params.organization}"`);
        }
        await record({ kind: 'MEMBER_DELETE', object: user, namespace });
      });
      return reply.code(204).send();
    },
  );
}

/** What lists of members are ordered by. */
export function memberName({ member }: MemberRow): string {
  return member.name;
}

/** The error for somebody who is not in a team or organization. */
export function noSuchMember(name: string, where: string): DomainError {
  return new DomainError('NO_SUCH_MEMBER', `"${name}" is not in the ${where}`);
}
