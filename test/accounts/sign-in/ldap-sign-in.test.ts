import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missing } from '../../setup/tools.ts';
import { directoryPassword, personLdif, startTestDirectory } from '../../support/slapd.ts';
import { createEventReader, signInEvents } from '../../api/audit-events.ts';
import { basic, startApi, type ApiResponse, type TestApi } from '../../api/test-api.ts';

const skip = missing('slapd', 'openssl');

/** Signs in with a name and a password; whoever has signed in may read accounts. */
function signIn(
  api: TestApi,
  name: string,
  secret = directoryPassword,
  path = '/enzi/v0/accounts',
): Promise<ApiResponse> {
  return api.send('GET', path, { as: null, headers: basic(name, secret) });
}

async function namesOf({ pool }: TestApi): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>('SELECT name FROM accounts.accounts ORDER BY name');
  return rows.map(({ name }) => name);
}

test('people of an LDAP directory sign in with its passwords', { skip }, async (t) => {
  const directory = await startTestDirectory(t);
  const api = await startApi(t, { ldap: directory.config });

  await t.test('the first sign-in makes an account, which is shown as imported', async () => {
    const own = await signIn(api, 'lena', directoryPassword, '/enzi/v0/accounts/lena');
    assert.equal(own.status, 200, own.text);
    const { name, fullName, isImported, isAdmin } = own.json as Record<string, unknown>;
    assert.deepEqual([name, fullName, isImported, isAdmin], ['lena', 'Lena Lang', true, false]);
    assert.equal(
      (await signIn(api, 'liam', directoryPassword, '/api/v0/jobs')).status,
      200,
      'an administrator by group',
    );
    assert.equal((await signIn(api, 'lena', directoryPassword, '/api/v0/jobs')).status, 403);
    const token = await signIn(api, 'lena', directoryPassword, '/auth/token?service=jobrunner');
    assert.equal(token.status, 200, token.text);
    assert.equal((await signIn(api, 'LENA')).status, 200, 'a directory ignores case');
    assert.deepEqual(await namesOf(api), ['acme', 'ada', 'admin', 'gone', 'lena', 'liam']);
  });

  await t.test('whatever is wrong, the answer is the same', async () => {
    const wrong = await signIn(api, 'lena', 'wrong horse battery');
    assert.equal(wrong.outcome, '401 NOT_AUTHENTICATED');
    const shown = ({ text }: ApiResponse): string => text;
    for (const [name, secret] of [
      ['nobody', directoryPassword],
      ['lena', ''],
      ['', ''],
      ['', directoryPassword],
      ['*)(uid=*', directoryPassword],
      [' lena', directoryPassword],
    ] as const) {
      const refused = await signIn(api, name, secret);
      assert.equal(refused.status, 401, `${name}: ${refused.text}`);
      assert.equal(shown(refused), shown(wrong), name);
    }
    assert.equal((await namesOf(api)).length, 6, 'nobody was made by that');
  });

  await t.test('local accounts are local, whoever the directory has', async () => {
    await directory.modify([personLdif('admin', 'Impostor'), personLdif('acme', 'Org')].join('\n'));
    for (const name of ['admin', 'acme', 'Admin']) {
      assert.equal((await signIn(api, name)).status, 401, name);
    }
    assert.equal((await api.send('GET', '/enzi/v0/accounts', { as: 'ada' })).status, 200);
    const { json } = await api.send('GET', '/enzi/v0/accounts/admin');
    assert.equal((json as { fullName: string }).fullName, '');
  });

  await t.test('a name that no account can have signs in nobody', async () => {
    await directory.modify(personLdif('who@example.com', 'Who'));
    assert.equal((await signIn(api, 'who@example.com')).status, 401);
  });

  await t.test('whom an administrator made inactive stays out', async () => {
    await api.send('PATCH', '/enzi/v0/accounts/lena', { body: { isActive: false } });
    assert.equal((await signIn(api, 'lena')).status, 401);
    await api.send('PATCH', '/enzi/v0/accounts/lena', { body: { isActive: true } });
    assert.equal((await signIn(api, 'lena')).status, 200);
  });

  await t.test('another person of the same name does not get the account', async () => {
    await directory.modify(personLdif('mara', 'Mara'));
    assert.equal((await signIn(api, 'mara')).status, 200);
    await directory.modify(`dn: uid=mara,ou=people,dc=example,dc=com
changetype: delete

${personLdif('mara', 'Another Mara', 'userPassword: another horse battery')}`);
    // Not the password that is remembered.
    assert.equal((await signIn(api, 'Mara', 'another horse battery')).status, 401);
  });

  await t.test('passwords that were right are remembered, and new ones count at once', async () => {
    await directory.modify(`dn: uid=liam,ou=people,dc=example,dc=com
changetype: modify
replace: userPassword
userPassword: changed horse battery`);
    assert.equal((await signIn(api, 'liam', 'changed horse battery')).status, 200);
    await directory.stop();
    assert.equal((await signIn(api, 'liam', 'changed horse battery')).status, 200);
    assert.equal((await signIn(api, 'lena')).status, 200);
  });

  await t.test('while the directory is away, its people get 503, and local accounts go on', async () => {
    const away = await signIn(api, 'lena', 'unknown horse battery');
    assert.equal(away.outcome, '503 UNAVAILABLE', away.text);
    assert.ok(away.headers['retry-after']);
    assert.doesNotMatch(away.text, /127\.0\.0\.1|ECONN|cn=/);
    assert.equal((await signIn(api, 'nobody')).outcome, '503 UNAVAILABLE');
    assert.equal((await api.send('GET', '/enzi/v0/accounts', { as: 'ada' })).status, 200);
    assert.equal((await signIn(api, 'ada', 'wrong')).status, 401);
    await directory.restart();
    assert.equal((await signIn(api, 'lena', 'unknown horse battery')).status, 401);
  });
});

test('sign-ins by the directory, and what they bring about, are written down', { skip }, async (t) => {
  const directory = await startTestDirectory(t);
  const api = await startApi(t, { ldap: { ...directory.config, adminGroup: undefined } });
  const events = createEventReader(api.pool);
  const teams = '/enzi/v0/accounts/acme/teams';
  await api.send('POST', teams, { body: { name: 'builders' } });
  const config = `${teams}/builders/memberSyncConfig`;
  await api.send('PUT', config, { body: { enableSync: true, ldapGroups: ['builders'] } });
  await events();
  assert.equal((await signIn(api, 'LENA')).status, 200);
  const of = { by: 'system ldap', object: 'lena' };
  assert.deepEqual(
    (await events()).map(({ kind, by, object }) => ({ kind, by, object })),
    [
      { kind: 'ACCOUNT_CREATE', ...of },
      { kind: 'MEMBER_UPDATE', ...of },
      { kind: 'TEAM_MEMBER_UPDATE', ...of },
    ],
  );
  assert.equal((await signIn(api, 'lena')).status, 200);
  assert.deepEqual(await events(), [], 'nothing has changed');
  await api.send('PUT', config, { body: { enableSync: true, ldapGroups: [] } });
  assert.deepEqual(
    (await events()).map(({ kind, by, object }) => [kind, by, object]),
    [
      ['MEMBER_SYNC_UPDATE', 'user admin', 'builders'],
      ['TEAM_MEMBER_DELETE', 'user admin', 'lena'],
      ['MEMBER_DELETE', 'user admin', 'lena'],
    ],
    'whom a link has given its place loses it with the link',
  );
  assert.equal((await signIn(api, 'Lena', 'wrong horse battery')).status, 401);
  await api.flushSignIns();
  const lines = await signInEvents(api.pool);
  assert.deepEqual(
    lines.filter((line) => line.includes('lena')),
    ['SIGN_IN lena lena ldap 1', 'SIGN_IN_FAILURE  lena 1'],
  );
});

test('the directory signs in nobody to an account that it did not give', { skip }, async (t) => {
  const directory = await startTestDirectory(t);
  const api = await startApi(t, { ldap: directory.config });
  await api.pool.query(
    `WITH account AS (INSERT INTO accounts.accounts (name, is_imported) VALUES ('lena', true) RETURNING id)
     INSERT INTO accounts.external_identities (provider, subject, account_id)
     SELECT 'oidc', 'https://provider.example lena', id FROM account`,
  );
  assert.equal((await signIn(api, 'lena')).outcome, '401 NOT_AUTHENTICATED');
  assert.equal((await signIn(api, 'LENA')).outcome, '401 NOT_AUTHENTICATED');
  assert.equal((await signIn(api, 'liam')).status, 200);
  const { rows } = await api.pool.query<{ name: string }>(
    `SELECT a.name FROM accounts.external_identities i JOIN accounts.accounts a ON a.id = i.account_id
     WHERE i.provider = 'ldap'`,
  );
  assert.deepEqual(rows, [{ name: 'liam' }]);
  for (const name of ['lena', 'liam']) {
    const body = { newPassword: 'a good long password' };
    const changed = await api.send('POST', `/enzi/v0/accounts/${name}/changePassword`, { body });
    assert.equal(changed.outcome, '400 INVALID_PARAMETERS', 'an imported account has its password elsewhere');
  }
});

test('wrong passwords of the directory are counted', { skip }, async (t) => {
  const directory = await startTestDirectory(t);
  const api = await startApi(t, { ldap: directory.config });
  const guesses = Array.from(
    { length: 14 },
    async (_, guess) => (await signIn(api, guess % 2 ? 'lena' : 'LENA', `wrong ${guess}`)).outcome,
  );
  const outcomes = new Set(await Promise.all(guesses));
  assert.deepEqual([...outcomes].toSorted(), ['401 NOT_AUTHENTICATED', '429 TOO_MANY_REQUESTS']);
});

test('groups of the directory put people into teams at sign-in', { skip }, async (t) => {
  const directory = await startTestDirectory(t);
  const api = await startApi(t, { ldap: { ...directory.config, adminGroup: undefined } });
  const teams = '/enzi/v0/accounts/acme/teams';
  await api.send('POST', teams, { body: { name: 'builders' } });
  await api.send('POST', teams, { body: { name: 'others' } });
  const groupDN = 'CN=Builders, OU=groups, DC=example, DC=com';
  const put = await api.send('PUT', `${teams}/builders/memberSyncConfig`, { body: { enableSync: true, groupDN } });
  assert.equal(put.status, 200, put.text);
  await api.send('PUT', `${teams}/others/memberSyncConfig`, { body: { enableSync: true, ldapGroups: ['ADMINS'] } });
  const members = async (team: string): Promise<string[]> => {
    const { json } = await api.send('GET', `${teams}/${team}/members`);
    return (json as { members: { member: { name: string } }[] }).members.map(({ member }) => member.name);
  };
  assert.equal((await signIn(api, 'lena')).status, 200);
  assert.equal((await signIn(api, 'liam')).status, 200);
  assert.deepEqual([await members('builders'), await members('others')], [['lena'], ['liam']]);
  await directory.modify(`dn: cn=builders,ou=groups,dc=example,dc=com
changetype: modify
replace: member
member: uid=liam,ou=people,dc=example,dc=com`);
  for (const name of ['lena', 'liam']) {
    // Not one that is remembered.
    await directory.modify(`dn: uid=${name},ou=people,dc=example,dc=com
changetype: modify
replace: userPassword
userPassword: changed horse battery`);
    assert.equal((await signIn(api, name, 'changed horse battery')).status, 200);
  }
  assert.deepEqual([await members('builders'), await members('others')], [['liam'], ['liam']]);
});

test('without LDAP_CREATE_ON_LOGIN nobody new comes in', { skip }, async (t) => {
  const directory = await startTestDirectory(t);
  const api = await startApi(t, { ldap: { ...directory.config, createOnLogin: false } });
  assert.equal((await signIn(api, 'lena')).status, 401);
  assert.equal((await namesOf(api)).length, 4);
});
