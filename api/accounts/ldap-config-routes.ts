import { Type } from 'typebox';
import { DomainError } from '../../errors/domain-error.ts';
import type { AccountDeps, ApiInstance } from '../http/instance.ts';
import { Errors } from '../http/openapi.ts';
import { allReadOnly, listOf } from '../http/schemas.ts';

const config = { access: 'system-admin' } as const;
const tags = ['LDAP'];

/** How the LDAP directory is set up, by the names of eNZi. */
const LdapConfigView = Type.Object(
  allReadOnly({
    isEnabled: Type.Boolean(),
    serverURL: Type.String(),
    startTLS: Type.Boolean(),
    tlsSkipVerify: Type.Boolean(),
    rootCerts: Type.String(),
    readerDN: Type.String(),
    jitUserProvisioning: Type.Boolean(),
    userSearchConfigs: listOf(
      Type.Object({
        baseDN: Type.String(),
        scopeSubtree: Type.Boolean(),
        filter: Type.String(),
        usernameAttr: Type.String(),
        fullNameAttr: Type.String(),
      }),
    ),
    adminSyncOpts: Type.Object({
      enableSync: Type.Boolean(),
      selectGroupMembers: Type.Boolean(),
      groupDN: Type.String(),
      groupMemberAttr: Type.String(),
    }),
  }),
  { title: 'LdapConfig' },
);

/**
 * `/enzi/v0/conf/auth/ldap`: how the LDAP directory is set up, in the form that clients of eNZi know, without passwords.
 * The environment of the server says it, so it is not changed here.
 */
export function ldapConfigRoutes(app: ApiInstance, { ldap }: Pick<AccountDeps, 'ldap'>): void {
  const path = '/enzi/v0/conf/auth/ldap';

  app.get(
    path,
    { config, schema: { summary: 'Show how the LDAP directory is set up', tags, response: { 200: LdapConfigView } } },
    async () => ({
      isEnabled: ldap !== undefined,
      serverURL: ldap?.url ?? '',
      startTLS: ldap?.startTls ?? false,
      tlsSkipVerify: false,
      rootCerts: ldap?.ca ?? '',
      readerDN: ldap?.bindDn ?? '',
      jitUserProvisioning: ldap?.createOnLogin ?? false,
      userSearchConfigs: ldap
        ? [
            {
              baseDN: ldap.userBaseDn,
              scopeSubtree: true,
              filter: ldap.userFilter,
              usernameAttr: ldap.usernameAttribute,
              fullNameAttr: ldap.fullNameAttribute,
            },
          ]
        : [],
      adminSyncOpts: {
        enableSync: ldap?.adminGroup !== undefined,
        selectGroupMembers: true,
        groupDN: ldap?.adminGroup ?? '',
        groupMemberAttr: ldap?.groupMemberAttribute ?? '',
      },
    }),
  );

  const notAllowed = { summary: 'Say where the LDAP directory is set up', tags, response: { 405: Errors } };
  app.put(path, { config, schema: notAllowed }, async (_request, reply) => {
    void reply.header('allow', 'GET');
    throw new DomainError(
      'NOT_ALLOWED',
      'the LDAP directory is set up in the environment of the server: set LDAP_URL and what goes with it (npm start -- --help), and start it anew',
    );
  });
}
