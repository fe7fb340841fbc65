import { type Static, Type } from 'typebox';
import { normalGroupName } from '../../accounts/directory/group-name.ts';
import { auditedChange } from '../http/audited-change.ts';
import { DomainError } from '../../errors/domain-error.ts';
import type { AccountDeps, ApiInstance } from '../http/instance.ts';
import { requireOrganization, requireTeam } from '../../accounts/named.ts';
import { findMemberSync, type MemberSync, saveMemberSync } from '../../accounts/team-sync.ts';
import { NameText } from '../http/names.ts';
import { formOf } from '../http/object-form.ts';
import { listOf } from '../http/schemas.ts';

const Name = Type.String({ minLength: 1, maxLength: 255 });
const GroupName = Type.String({ minLength: 1, maxLength: 1_000 });
const Groups = Type.Array(GroupName, { maxItems: 100 });
const tags = ['teams'];
const teamParams = Type.Object({ organization: NameText, team: Name });

/** Our lists, and the two fields by which clients of eNZi know a group. */
const MemberSyncView = Type.Object(
  {
    enableSync: Type.Boolean(),
    ldapGroups: listOf(Type.String()),
    oidcGroups: listOf(Type.String()),
    selectGroupMembers: Type.Boolean(),
    groupDN: Type.String(),
  },
  { title: 'MemberSyncConfig' },
);

/** `/enzi/v0/accounts/{org}/teams/{team}/memberSyncConfig`: whose groups put people into a team. */
export function teamSyncRoutes(app: ApiInstance, deps: AccountDeps): void {
  const { pool } = deps;
  const path = '/enzi/v0/accounts/:organization/teams/:team/memberSyncConfig';

  app.get(
    path,
    {
      config: { access: 'organization-owner' },
      schema: {
        summary: 'Show which groups put people into a team',
        tags,
        params: teamParams,
        response: { 200: MemberSyncView },
      },
    },
    async ({ params }) => {
      const team = await requireTeam(pool, await requireOrganization(pool, params.organization), params.team);
      return viewMemberSync(await findMemberSync(pool, team.id));
    },
  );

  app.put(
    path,
    {
      config: { access: 'organization-owner' },
      schema: {
        summary: 'Set which groups put people into a team',
        tags,
        params: teamParams,
        body: formOf(MemberSyncView, {
          enableSync: Type.Boolean(),
          ldapGroups: Type.Optional(Groups),
          oidcGroups: Type.Optional(Groups),
          groupDN: Type.Optional(Type.String({ maxLength: 1_000 })),
          selectGroupMembers: Type.Boolean({ default: true }),
        }),
        response: { 200: MemberSyncView },
      },
    },
    async (request) => {
      const { enableSync, groupDN = '', selectGroupMembers, ...body } = request.body;
      const organization = await requireOrganization(pool, request.params.organization);
      const team = await requireTeam(pool, organization, request.params.team);
      if (!selectGroupMembers) {
        throw new DomainError(
          'INVALID_PARAMETERS',
          'selectGroupMembers: members come from groups alone, so leave it true',
        );
      }
      if (groupDN !== '' && !groupDN.includes('=')) {
        throw new DomainError('INVALID_PARAMETERS', 'groupDN: write a distinguished name, such as cn=builders,dc=acme');
      }
      const ldapGroups = [...(body.ldapGroups ?? []), ...(groupDN === '' ? [] : [groupDN])];
      const sync = {
        enableSync,
        ldapGroups: [...new Set(ldapGroups.map(requireGroupName))],
        oidcGroups: [...new Set(body.oidcGroups)],
      };
      await auditedChange(deps, request, async (tx, record) => {
        const left = await saveMemberSync(tx, team, sync);
        const { id, name } = team;
        const of = { namespace: organization.name };
        await record(
          { kind: 'MEMBER_SYNC_UPDATE', object: { id, name }, ...of, details: sync },
          ...left.ofTeam.map((object) => ({
            kind: 'TEAM_MEMBER_DELETE' as const,
            object,
            ...of,
            details: { team: name },
          })),
          ...left.ofOrganization.map((object) => ({ kind: 'MEMBER_DELETE' as const, object, ...of })),
        );
      });
      return viewMemberSync(await findMemberSync(pool, team.id));
    },
  );
}

/** @throws DomainError INVALID_PARAMETERS for a name of nothing but spaces */
function requireGroupName(name: string): string {
  const normal = normalGroupName(name);
  if (normal !== '') return normal;
  throw new DomainError('INVALID_PARAMETERS', 'ldapGroups: write the cn of a group, or its distinguished name');
}

function viewMemberSync(sync: MemberSync): Static<typeof MemberSyncView> {
  return { ...sync, selectGroupMembers: true, groupDN: sync.ldapGroups.find((name) => name.includes('=')) ?? '' };
}
