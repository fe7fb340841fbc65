import assert from 'node:assert/strict';
import { test } from 'node:test';
import { syncMemberships } from '../../accounts/team-sync.ts';
import { withTransaction } from '../../database/transaction.ts';
import { systemActor } from '../../events/actor.ts';
import { normalGroupName } from '../../accounts/directory/group-name.ts';
import { createOrganization } from './organization.ts';
import { startApi } from '../api/test-api.ts';

const acme = '/enzi/v0/accounts/acme';
const config = `${acme}/teams/readers/memberSyncConfig`;

test('names of groups are equal whatever their case, spacing and escapes', () => {
  assert.equal(normalGroupName(' Site  Builders '), 'site builders');
  assert.equal(normalGroupName('CN=Builders, OU=Groups ,dc=Acme'), 'cn=builders,ou=groups,dc=acme');
  assert.equal(normalGroupName(String.raw`cn=A\2C B,dc=x`), normalGroupName(String.raw`cn=a\, b,dc=x`));
  assert.equal(normalGroupName(String.raw`cn=J\C3\BCrg,dc=x`), 'cn=jürg,dc=x');
  assert.equal(normalGroupName('uid=b+cn=a,dc=x'), normalGroupName('cn=a + uid=b,dc=x'));
  assert.notEqual(normalGroupName(String.raw`cn=a\,dc=x`), normalGroupName('cn=a,dc=x'));
});

test('an owner links groups to a team, by our lists and by what eNZi calls it', async (t) => {
  const { send } = await createOrganization(await startApi(t));
  assert.deepEqual((await send('olga', 'GET', config)).json, {
    enableSync: false,
    ldapGroups: [],
    oidcGroups: [],
    selectGroupMembers: true,
    groupDN: '',
  });
  const body = { enableSync: true, ldapGroups: ['Builders', 'builders'], oidcGroups: ['Dev', 'dev'] };
  const saved = await send('olga', 'PUT', config, { ...body, groupDN: 'CN=Ops, DC=acme', selectGroupMembers: true });
  assert.equal(saved.status, 200, saved.text);
  assert.deepEqual(saved.json, {
    enableSync: true,
    ldapGroups: ['builders', 'cn=ops,dc=acme'],
    oidcGroups: ['Dev', 'dev'],
    selectGroupMembers: true,
    groupDN: 'cn=ops,dc=acme',
  });
  assert.deepEqual((await send('olga', 'GET', config)).json, saved.json);
  for (const bad of [
    {},
    { enableSync: 'yes' },
    { enableSync: true, ldapGroups: [' '] },
    { enableSync: true, ldapGroups: 'builders' },
    { enableSync: true, groupDN: 'builders' },
    { enableSync: true, selectGroupMembers: false, searchFilter: '(cn=*)' },
    { enableSync: true, selectGroupMembers: false },
    { enableSync: true, oidcGroups: Array.from({ length: 101 }, (_, index) => `g${index}`) },
  ]) {
    const refused = await send('olga', 'PUT', config, bad);
    assert.match(refused.outcome, /^400 INVALID_(JSON|PARAMETERS)$/, `${JSON.stringify(bad)}: ${refused.text}`);
  }
  assert.equal((await send('olga', 'GET', `${acme}/teams/none/memberSyncConfig`)).outcome, '404 NO_SUCH_TEAM');
});

test('groups put people into teams and take them out; who was put there by hand stays', async (t) => {
  const api = await startApi(t);
  const { send } = await createOrganization(api);
  const idOf = async (name: string): Promise<string> =>
    ((await send('admin', 'GET', `/enzi/v0/accounts/${name}`)).json as { id: string }).id;
  const sync = async (name: string, groups: string[], provider: 'ldap' | 'oidc' = 'ldap') => {
    const account = { id: await idOf(name), name };
    const actor = systemActor(provider);
    return withTransaction(api.pool, (tx) => syncMemberships(tx, { account, provider, groups, actor }));
  };
  const readers = async (): Promise<string[]> => {
    const { json } = await send('olga', 'GET', `${acme}/teams/readers/members`);
    return (json as { members: { member: { name: string } }[] }).members.map(({ member }) => member.name);
  };
  await send('olga', 'PUT', config, { enableSync: true, ldapGroups: ['a', 'b'], oidcGroups: ['o'] });

  assert.deepEqual(await sync('sue', ['a', 'x']), { added: 1, removed: 0 });
  assert.deepEqual(await sync('sue', ['a', 'x']), { added: 0, removed: 0 }, 'again, nothing changes');
  assert.deepEqual(await readers(), ['rita', 'sue']);
  assert.equal((await send('sue', 'GET', '/api/v0/repositories/acme/app')).status, 200);
  assert.deepEqual(await sync('sue', ['b']), { added: 0, removed: 0 }, 'another group that gives the same');
  assert.deepEqual(
    await sync('sue', [], 'oidc'),
    { added: 0, removed: 0 },
    'one provider leaves alone what the other gave',
  );
  assert.deepEqual(await sync('sue', ['x']), { added: 0, removed: 1 });
  assert.deepEqual(await readers(), ['rita']);
  assert.equal((await send('sue', 'GET', `${acme}/members`)).status, 403, 'nor is she left in the organization');

  assert.deepEqual(await sync('rita', ['a']), { added: 0, removed: 0 });
  assert.deepEqual(await sync('rita', []), { added: 0, removed: 0 });
  assert.deepEqual(await sync('max', ['o'], 'oidc'), { added: 1, removed: 0 });
  assert.deepEqual(await sync('max', [], 'oidc'), { added: 0, removed: 1 });
  assert.equal((await send('max', 'GET', `${acme}/members`)).status, 200, 'he was in the organization before');

  await sync('sue', ['a']);
  await send('olga', 'PUT', `${acme}/teams/readers/members/sue`, {});
  await sync('sue', []);
  assert.deepEqual(await readers(), ['rita', 'sue'], 'whom somebody adds is no longer the provider’s');
});

test('what a group gave ends with its link, and with the sync', async (t) => {
  const api = await startApi(t);
  const { send } = await createOrganization(api);
  const account = (await send('admin', 'GET', '/enzi/v0/accounts/sue')).json as { id: string; name: string };
  const member = { account, provider: 'ldap', groups: ['a'], actor: systemActor('ldap') } as const;
  const put = () => withTransaction(api.pool, (tx) => syncMemberships(tx, member));
  const mayRead = async (): Promise<number> => (await send('sue', 'GET', '/api/v0/repositories/acme/app')).status;
  assert.deepEqual(await put(), { added: 0, removed: 0 }, 'no team is linked');
  const both = { enableSync: true, ldapGroups: ['a', 'b'] };
  await send('olga', 'PUT', config, both);
  await put();
  assert.equal(await mayRead(), 200);
  await send('olga', 'PUT', config, { ...both, ldapGroups: ['a'] });
  assert.equal(await mayRead(), 200);
  await send('olga', 'PUT', config, { ...both, ldapGroups: ['b'] });
  assert.equal(await mayRead(), 404);
  assert.equal((await send('sue', 'GET', `${acme}/members`)).status, 403);

  await send('olga', 'PUT', config, both);
  await put();
  assert.equal(await mayRead(), 200);
  await send('olga', 'PUT', config, { ...both, enableSync: false });
  assert.equal(await mayRead(), 404);
  assert.deepEqual(await put(), { added: 0, removed: 0 });
});

test('an imported account is shown as such, and its password is not ours to change', async (t) => {
  const api = await startApi(t);
  await api.pool.query(`INSERT INTO accounts.accounts (name, is_imported) VALUES ('ivy', true)`);
  const shown = await api.send('GET', '/enzi/v0/accounts/ivy');
  assert.equal((shown.json as { isImported: boolean }).isImported, true);
  const changed = await api.send('POST', '/enzi/v0/accounts/ivy/changePassword', {
    body: { newPassword: 'correct horse battery' },
  });
  assert.equal(changed.outcome, '400 INVALID_PARAMETERS');
});
