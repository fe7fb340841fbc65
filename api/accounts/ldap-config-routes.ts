import { DomainError } from '../../errors/domain-error.ts';
import type { AccountDeps, ApiInstance } from '../http/instance.ts';

const config = { access: 'system-admin' } as const;

/**
 * `/enzi/v0/conf/auth/ldap`: how the LDAP directory is set up, in the form that clients of eNZi know, without passwords.
 * The environment of the server says it, so it is not changed here.
 */
export function ldapConfigRoutes(app: ApiInstance, { ldap }: Pick<AccountDeps, 'ldap'>): void {
  const path = '/enzi/v0/conf/auth/ldap';

  app.get(path, { config }, async () => ({
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
  }));

  app.put(path, { config }, async (_request, reply) => {
    void reply.header('allow', 'GET');
    throw new DomainError(
      'NOT_ALLOWED',
      'the LDAP directory is set up in the environment of the server: set LDAP_URL and what goes with it (npm start -- --help), and start it anew',
    );
  });
}
