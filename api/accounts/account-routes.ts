import { Type } from 'typebox';
import { hasPasswordLength, passwordLength } from '../../config/password-length.ts';
import { requireAccount } from '../http/access.ts';
import { auditedChange } from '../http/audited-change.ts';
import { deactivateAccessTokens } from '../../accounts/sign-in/client-token-store.ts';
import { DomainError, noSuchAccount } from '../../errors/domain-error.ts';
import type { AccountDeps, ApiInstance } from '../http/instance.ts';
import { accountChangeEvent, accountEvent } from '../../accounts/account-events.ts';
import {
  type AccountFilter,
  accountFilters,
  countAccounts,
  deleteAccount,
  insertAccount,
  isAccountName,
  listAccounts,
  updateAccount,
  updatePasswordHash,
} from '../../accounts/account-store.ts';
import { AccountView, viewAccount } from './account-view.ts';
import { requireNamed } from '../../accounts/named.ts';
import { fillListPage, accountPageParameters, NextPageStart } from './paging.ts';
import { isAccessToken } from '../../accounts/client-secrets.ts';
import { hashPassword } from '../../accounts/sign-in/passwords.ts';
import { accountParams } from '../http/names.ts';
import { assertNotSteered, formOf } from '../http/object-form.ts';
import { listOf, NoBody } from '../http/schemas.ts';

// The others tell who is an administrator, or not active.
const filtersForAll: ReadonlySet<AccountFilter> = new Set(['all', 'users', 'orgs']);
const FullName = Type.String({ maxLength: 255 });
const NewPassword = Type.String({ minLength: passwordLength.min, maxLength: passwordLength.max });
const tags = ['accounts'];

/** `/enzi/v0/accounts`: users and organizations (docs/msr-api.md, "Accounts"). */
export function accountRoutes(app: ApiInstance, deps: AccountDeps): void {
  const { pool, signIn } = deps;

  /** Counts as an attempt to sign in. An access token is no password: it must not be enough to take an account over. */
  async function isPasswordOf(name: string, secret: string, address: string): Promise<boolean> {
    return !isAccessToken(secret) && (await signIn({ name, secret, address, hasSignedIn: true })) !== undefined;
  }

  app.get(
    '/enzi/v0/accounts',
    {
      config: { access: 'authenticated' },
      schema: {
        summary: 'List accounts',
        tags,
        querystring: Type.Object(
          { ...accountPageParameters, filter: Type.Enum([...accountFilters], { default: 'all' }) },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            usersCount: Type.Integer(),
            orgsCount: Type.Integer(),
            resourceCount: Type.Integer({ description: 'How many accounts pass the filter' }),
            nextPageStart: NextPageStart,
            accounts: listOf(AccountView),
          }),
        },
      },
    },
    async (request, reply) => {
      const { filter, ...query } = request.query;
      const viewer = requireAccount(request);
      if (!viewer.isAdmin && !filtersForAll.has(filter)) {
        throw new DomainError(
          'NOT_AUTHORIZED',
          `only system administrators may list the accounts of the filter "${filter}"`,
        );
      }
      const { entries, next, headers } = await fillListPage(query, {
        load: (each) => listAccounts(pool, filter, each),
        nameOf: ({ name }) => name,
        view: (account) => viewAccount(account, viewer),
      });
      const counts = await countAccounts(pool, filter);
      return reply.headers(headers).send({ ...counts, nextPageStart: next, accounts: entries });
    },
  );

  app.post(
    '/enzi/v0/accounts',
    {
      config: { access: 'system-admin' },
      schema: {
        summary: 'Make a user or an organization',
        tags,
        body: formOf(AccountView, {
          name: Type.String({ minLength: 1, maxLength: 100 }),
          password: Type.Optional(Type.String({ maxLength: 1_024 })),
          fullName: Type.Optional(FullName),
          isOrg: Type.Boolean({ default: false }),
          isAdmin: Type.Boolean({ default: false }),
          isActive: Type.Boolean({ default: true }),
          searchLDAP: Type.Boolean({ default: false }),
          // Not said here: see below.
          isImported: Type.Optional(Type.Boolean()),
          onDemand: Type.Optional(Type.Boolean()),
          otpEnabled: Type.Optional(Type.Boolean()),
        }),
        response: { 201: AccountView },
      },
    },
    async (request, reply) => {
      const { searchLDAP, password = '', fullName = '', ...form } = request.body;
      if (searchLDAP) {
        throw new DomainError(
          'INVALID_PARAMETERS',
          'searchLDAP: people of the LDAP directory come with their first sign-in, or with the job ldap_sync',
        );
      }
      assertAccountName(form.name);
      if (form.isOrg && (form.isAdmin || password !== '')) {
        throw new DomainError('INVALID_PARAMETERS', 'an organization has no password, and is no administrator');
      }
      if (!form.isOrg && !hasPasswordLength(password)) {
        throw new DomainError('INVALID_PARAMETERS', `a password has at least ${passwordLength.min} characters`);
      }
      assertPassword(password);
      const passwordHash = form.isOrg ? undefined : await hashPassword(password);
      const account = await auditedChange(deps, request, async (tx, record) => {
        const made = await insertAccount(tx, { ...form, fullName, passwordHash });
        if (made) {
          assertNotSteered(form, made, {
            isImported: 'accounts of a directory are made by their first sign-in, or by the job ldap_sync',
            onDemand: 'there are no such accounts here',
            otpEnabled: 'one-time passwords are those of an OpenID provider',
          });
        }
        const { isOrg, isAdmin, isActive } = form;
        if (made) await record(accountEvent('ACCOUNT_CREATE', made, { isOrg, isAdmin, isActive }));
        return made;
      });
      if (!account) throw new DomainError('ACCOUNT_EXISTS', `there is an account "${form.name}" already`);
      return reply.code(201).send(account);
    },
  );

  app.get(
    '/enzi/v0/accounts/:username',
    {
      config: { access: 'authenticated' },
      schema: { summary: 'Show an account', tags, params: accountParams, response: { 200: AccountView } },
    },
    async (request) => viewAccount(await requireNamed(pool, request.params.username), requireAccount(request)),
  );

  app.patch(
    '/enzi/v0/accounts/:username',
    {
      config: { access: 'self' },
      schema: {
        summary: 'Change an account',
        tags,
        params: accountParams,
        body: formOf(
          AccountView,
          {
            fullName: Type.Optional(FullName),
            isAdmin: Type.Optional(Type.Boolean()),
            isActive: Type.Optional(Type.Boolean()),
          },
          'name',
          'isOrg',
        ),
        response: { 200: AccountView },
      },
    },
    async (request) => {
      const account = await requireNamed(pool, request.params.username);
      const caller = requireAccount(request);
      const { fullName, isAdmin, isActive } = request.body;
      // Who sends back what is there needs no right to. What an administrator says holds, also where it is so by now: the
      // row may be another one at the change, and what a directory has made inactive stays so from then on.
      const changes = {
        ...(fullName !== undefined && { fullName }),
        ...(isAdmin !== undefined && (caller.isAdmin || isAdmin !== account.isAdmin) && { isAdmin }),
        ...(isActive !== undefined && (caller.isAdmin || isActive !== account.isActive) && { isActive }),
      };
      const changesRights = changes.isAdmin !== undefined || changes.isActive !== undefined;
      if (changesRights && !caller.isAdmin) {
        throw new DomainError('NOT_AUTHORIZED', 'only system administrators may change isAdmin and isActive');
      }
      if (account.isOrg && changes.isAdmin) {
        throw new DomainError('INVALID_PARAMETERS', `"${account.name}" is an organization, which is no administrator`);
      }
      const updated = await auditedChange(deps, request, async (tx, record) => {
        const changed = await updateAccount(tx, account.id, changes);
        if (changed) await record(accountChangeEvent(account, changed.before, changes));
        return changed?.after;
      });
      if (!updated) throw noSuchAccount(account.name);
      return updated;
    },
  );

  app.delete(
    '/enzi/v0/accounts/:username',
    {
      config: { access: 'system-admin' },
      schema: { summary: 'Delete an account', tags, params: accountParams, response: { 204: NoBody } },
    },
    async (request, reply) => {
      const { username } = request.params;
      const account = await requireNamed(pool, username);
      const wasThere = await auditedChange(deps, request, async (tx, record) => {
        const isDeleted = await deleteAccount(tx, account);
        if (isDeleted) await record(accountEvent('ACCOUNT_DELETE', account, { isOrg: account.isOrg }));
        return isDeleted;
      });
      if (!wasThere) throw noSuchAccount(username);
      return reply.code(204).send();
    },
  );

  app.post(
    '/enzi/v0/accounts/:username/changePassword',
    {
      config: { access: 'self' },
      schema: {
        summary: 'Change the password of a user',
        tags,
        params: accountParams,
        body: Type.Object(
          {
            oldPassword: Type.Optional(Type.String({ maxLength: 1_024 })),
            newPassword: NewPassword,
            keepAccessTokens: Type.Boolean({ default: false }),
          },
          { additionalProperties: false },
        ),
        response: { 200: AccountView },
      },
    },
    async (request) => {
      const { oldPassword = '', newPassword, keepAccessTokens } = request.body;
      assertPassword(newPassword);
      const account = await requireNamed(pool, request.params.username);
      if (account.isOrg) {
        throw new DomainError('INVALID_PARAMETERS', `"${account.name}" is an organization, which has no password`);
      }
      if (account.isImported) {
        throw new DomainError(
          'INVALID_PARAMETERS',
          `"${account.name}" is imported: change the password where it comes from`,
        );
      }
      // A session that was left open must not be enough to take an account over.
      const isOwn = requireAccount(request).id === account.id;
      if (isOwn && !(await isPasswordOf(account.name, oldPassword, deps.clientAddress(request.raw)))) {
        throw new DomainError('NOT_AUTHORIZED', 'oldPassword is not the password of this account');
      }
      const passwordHash = await hashPassword(newPassword);
      await auditedChange(deps, request, async (tx, record) => {
        await updatePasswordHash(tx, account.id, passwordHash);
        // Whoever knew the old one may have made some.
        const accessTokensEnded = keepAccessTokens ? 0 : await deactivateAccessTokens(tx, account.id);
        await record(accountEvent('PASSWORD_CHANGE', account, { accessTokensEnded }));
      });
      return requireNamed(pool, account.id);
    },
  );
}

/** @throws DomainError INVALID_PARAMETERS for what signing in would take for an access token */
function assertPassword(password: string): void {
  if (!isAccessToken(password)) return;
  throw new DomainError('INVALID_PARAMETERS', 'a password cannot have the form of an access token: choose another one');
}

/** @throws DomainError INVALID_ACCOUNT_NAME where no repository's name could begin with this one */
function assertAccountName(name: string): void {
  if (isAccountName(name)) return;
  throw new DomainError(
    'INVALID_ACCOUNT_NAME',
    `"${name}" cannot be the name of an account: names of repositories begin with it, so use lower-case letters and digits, with single ".", "_", "__" or any number of "-" between them, and nothing that looks like an id`,
  );
}
