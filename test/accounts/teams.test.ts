import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertMsrShape } from '../api/msr-definitions.ts';
import { createOrganization } from './organization.ts';
import { startApi, type ApiResponse } from '../api/test-api.ts';

const acme = '/enzi/v0/accounts/acme';

interface MembersView {
  readonly members: readonly { readonly isAdmin: boolean; readonly member: { readonly name: string } }[];
  readonly nextPageStart: string;
}

function membersOf(response: ApiResponse): string[] {
  assert.equal(response.status, 200, response.text);
  return (response.json as MembersView).members.map(({ isAdmin, member }) => member.name + (isAdmin ? ' (admin)' : ''));
}

test('members of an organization are put, listed, promoted and taken out', async (t) => {
  const { send } = await createOrganization(await startApi(t));
  assert.deepEqual(membersOf(await send('max', 'GET', `${acme}/members`)), [
    'max',
    'nora',
    'olga (admin)',
    'rita',
    'walt',
  ]);
  assert.deepEqual(membersOf(await send('max', 'GET', `${acme}/members?filter=admins`)), ['olga (admin)']);
  const first = await send('max', 'GET', `${acme}/members?limit=3`);
  assert.equal(first.headers['x-next-page-start'], 'rita');
  assert.deepEqual(membersOf(await send('max', 'GET', `${acme}/members?limit=3&start=rita`)), ['rita', 'walt']);
  await send('olga', 'PUT', `${acme}/members/max`, { isAdmin: true });
  await send('olga', 'PUT', `${acme}/members/max`, { isPublic: true });
  const max = (await send('olga', 'GET', `${acme}/members/max`)).json as { isAdmin: boolean; isPublic: boolean };
  assert.deepEqual([max.isAdmin, max.isPublic], [true, true], 'what a PUT does not name stays');
  const own = await send('max', 'GET', '/enzi/v0/accounts/max/organizations');
  const { memberOrgs } = own.json as { memberOrgs: { org: { name: string }; isAdmin: boolean }[] };
  assert.deepEqual(
    memberOrgs.map(({ org, isAdmin }) => [org.name, isAdmin]),
    [['acme', true]],
  );
  assert.equal((await send('olga', 'DELETE', `${acme}/members/max`)).status, 204);
  assert.equal((await send('olga', 'DELETE', `${acme}/members/max`)).outcome, '404 NO_SUCH_MEMBER');
  assert.equal((await send('olga', 'GET', `${acme}/members/sue`)).outcome, '404 NO_SUCH_MEMBER');
  assert.equal((await send('olga', 'PUT', `${acme}/members/nobody`, {})).outcome, '404 NO_SUCH_ACCOUNT');
  assert.equal((await send('olga', 'PUT', `${acme}/members/acme`, {})).outcome, '400 INVALID_PARAMETERS');
  assert.equal((await send('sue', 'GET', '/enzi/v0/accounts/sue/members')).outcome, '400 NOT_AN_ORGANIZATION');
});

test('teams are made, renamed, and deleted with what they were granted', async (t) => {
  const { send } = await createOrganization(await startApi(t));
  const made = await send('olga', 'POST', `${acme}/teams`, { name: 'ops', description: 'on call' });
  assert.equal(made.status, 201, made.text);
  const team = made.json as { id: string; orgID: string };
  assert.deepEqual(
    { ...team, id: '', orgID: '' },
    { id: '', orgID: '', name: 'ops', description: 'on call', membersCount: 0 },
  );
  assert.equal((await send('olga', 'POST', `${acme}/teams`, { name: 'ops' })).outcome, '409 TEAM_EXISTS');
  assert.equal((await send('olga', 'PATCH', `${acme}/teams/ops`, { name: 'admins' })).outcome, '409 TEAM_EXISTS');
  for (const name of ['', 'a/b', '..', team.id]) {
    assert.match((await send('olga', 'POST', `${acme}/teams`, { name })).outcome, /^400 /, name);
  }
  const renamed = await send('olga', 'PATCH', `${acme}/teams/${team.id}`, { name: 'night', description: '' });
  assert.deepEqual(renamed.json, { ...team, name: 'night', description: '' });
  assert.equal((await send('max', 'GET', `${acme}/teams/ops`)).outcome, '404 NO_SUCH_TEAM');
  const list = await send('max', 'GET', `${acme}/teams?limit=2`);
  assert.deepEqual(
    (list.json as { teams: { name: string }[] }).teams.map(({ name }) => name),
    ['admins', 'night'],
  );
  assert.equal(list.headers['x-next-page-start'], 'readers');

  assert.equal((await send('walt', 'GET', '/api/v0/repositories/acme/app')).status, 200);
  assert.equal((await send('olga', 'DELETE', `${acme}/teams/writers`)).status, 204);
  assert.equal((await send('walt', 'GET', '/api/v0/repositories/acme/app')).outcome, '404 NO_SUCH_REPOSITORY');
});

test('who is put into a team is in the organization, and who leaves that leaves the team', async (t) => {
  const { send } = await createOrganization(await startApi(t));
  const team = `${acme}/teams/readers`;
  assert.equal((await send('olga', 'PUT', `${team}/members/sue`, { isAdmin: true })).status, 200);
  assert.deepEqual(membersOf(await send('olga', 'GET', `${team}/members`)), ['rita', 'sue (admin)']);
  assert.equal((await send('olga', 'GET', `${acme}/members/sue`)).status, 200);
  await send('olga', 'DELETE', `${acme}/members/sue`);
  assert.deepEqual(membersOf(await send('olga', 'GET', `${team}/members`)), ['rita']);
  assert.equal((await send('olga', 'DELETE', `${team}/members/sue`)).outcome, '404 NO_SUCH_MEMBER');
  assert.equal((await send('olga', 'DELETE', `${team}/members/rita`)).status, 204);
  assert.equal((await send('olga', 'GET', `${team}/members/rita`)).outcome, '404 NO_SUCH_MEMBER');
});

test('grants to teams for a repository are listed, changed and taken away', async (t) => {
  const { send } = await createOrganization(await startApi(t));
  const grants = '/api/v0/repositories/acme/app/teamAccess';
  interface ListView {
    readonly teamAccessList: readonly {
      readonly accessLevel: string;
      readonly team: { id: string; name: string; clientUserIsMember: boolean };
    }[];
  }
  const listed = await send('nora', 'GET', `${grants}?pageSize=100`);
  assertMsrShape('responses.ListRepoTeamAccess', listed.json);
  const { teamAccessList } = listed.json as ListView;
  assert.deepEqual(
    teamAccessList.map(({ team, accessLevel }) => `${team.name} ${accessLevel} ${team.clientUserIsMember}`).toSorted(),
    ['admins admin true', 'readers read-only false', 'writers read-write false'],
  );
  const first = await send('nora', 'GET', `${grants}?pageSize=2`);
  assert.equal(first.headers['x-next-page-start'], teamAccessList[2]?.team.id);
  const changed = await send('nora', 'PUT', `${grants}/readers`, { accessLevel: 'read-write' });
  assertMsrShape('responses.ListRepoTeamAccess', changed.json);
  assert.equal((changed.json as ListView).teamAccessList[0]?.accessLevel, 'read-write');
  const own = await send('rita', 'GET', '/api/v0/accounts/rita/repositoryAccess/acme/app');
  assertMsrShape('responses.RepoUserAccess', own.json);
  assert.equal((own.json as { accessLevel: string }).accessLevel, 'read-write');
  const ofTeam = await send('rita', 'GET', '/api/v0/accounts/acme/teams/readers/repositoryAccess');
  assertMsrShape('responses.ListTeamRepoAccess', ofTeam.json);
  assert.equal((ofTeam.json as { repositoryAccessList: unknown[] }).repositoryAccessList.length, 1);
  assert.equal((await send('nora', 'DELETE', `${grants}/readers`)).status, 204);
  assert.equal(
    (await send('rita', 'GET', '/api/v0/accounts/rita/repositoryAccess/acme/app')).outcome,
    '404 NO_SUCH_REPOSITORY',
  );
  assert.equal((await send('nora', 'PUT', `${grants}/nobody`, { accessLevel: 'admin' })).outcome, '404 NO_SUCH_TEAM');
  assert.equal((await send('nora', 'PUT', `${grants}/readers`, { accessLevel: 'none' })).outcome, '400 INVALID_JSON');
  const personal = '/api/v0/repositories/sue/app/teamAccess/readers';
  assert.equal((await send('sue', 'PUT', personal, { accessLevel: 'admin' })).outcome, '400 NOT_AN_ORGANIZATION');
});

test('a grant for a namespace counts for what is in it, and what will be', async (t) => {
  const api = await startApi(t);
  const { send } = await createOrganization(api);
  const grants = '/api/v0/repositoryNamespaces/acme/teamAccess';
  assert.equal((await send('max', 'GET', `${grants}/readers`)).outcome, '404 NO_SUCH_NAMESPACE_TEAM_ACCESS');
  const granted = await send('olga', 'PUT', `${grants}/readers`, { accessLevel: 'admin' });
  assertMsrShape('responses.NamespaceTeamAccess', granted.json);
  assert.deepEqual((await send('olga', 'GET', `${grants}/readers`)).json, granted.json);
  assertMsrShape('responses.ListRepoNamespaceTeamAccess', (await send('max', 'GET', grants)).json);
  const namesSeenBy = async (who: string) => {
    const { repositories } = (await send(who, 'GET', '/api/v0/repositories')).json as {
      repositories: { name: string }[];
    };
    return repositories.map(({ name }) => name);
  };
  assert.deepEqual(await namesSeenBy('rita'), ['app', 'hidden', 'open']);
  assert.deepEqual(await namesSeenBy('walt'), ['app', 'open']);
  assert.deepEqual(await namesSeenBy('max'), ['open']);
  assert.equal((await send('rita', 'POST', '/api/v0/repositories/acme', { name: 'new' })).status, 201);
  assert.equal((await send('rita', 'DELETE', '/api/v0/repositories/acme/new')).status, 204);
  assert.ok(api.wakeUps.includes('caches'));
  assert.equal((await send('olga', 'DELETE', `${grants}/readers`)).status, 204);
  assert.deepEqual(await namesSeenBy('rita'), ['app', 'open']);
});

test('settings of a repository are changed one by one', async (t) => {
  const { send } = await createOrganization(await startApi(t));
  const before = (await send('nora', 'GET', '/api/v0/repositories/acme/app')).json as object;
  const changes = { visibility: 'public', immutableTags: true, tagLimit: 3 };
  const changed = await send('nora', 'PATCH', '/api/v0/repositories/acme/app', changes);
  assert.deepEqual(changed.json, { ...before, ...changes });
  const secret = await send('nora', 'PATCH', '/api/v0/repositories/acme/app', { visibility: 'secret' });
  assert.equal(secret.outcome, '400 INVALID_REPOSITORY_VISIBILITY');
});

test('webhooks are run by whoever administers what they are about, and seen by nobody else', async (t) => {
  const { send } = await createOrganization(await startApi(t));
  const ids = new Map<string, string>();
  for (const [who, key] of [
    ['admin', ''],
    ['olga', 'acme'],
    ['nora', 'acme/app'],
    ['sue', 'sue'],
  ] as const) {
    const made = await send(who, 'POST', '/api/v0/webhooks', { type: 'TAG_PUSH', key, endpoint: 'https://192.0.2.1/' });
    assert.equal(made.status, 201, made.text);
    ids.set(key, (made.json as { id: string }).id);
  }
  for (const [who, key] of [
    ['walt', 'acme/app'],
    ['nora', 'acme'],
    ['nora', 'acme/hidden'],
    ['olga', ''],
    ['max', 'nobody'],
  ] as const) {
    const refused = await send(who, 'POST', '/api/v0/webhooks', {
      type: 'TAG_PUSH',
      key,
      endpoint: 'https://192.0.2.1/',
    });
    assert.equal(refused.outcome, '403 NOT_AUTHORIZED', `${who} ${key}`);
  }
  const keysOf = (response: ApiResponse) => (response.json as { key: string }[]).map(({ key }) => key);
  const seen = {
    admin: ['', 'acme', 'acme/app', 'sue'],
    olga: ['acme', 'acme/app'],
    nora: ['acme/app'],
    sue: ['sue'],
    walt: [],
    max: [],
  };
  for (const [who, keys] of Object.entries(seen)) {
    assert.deepEqual(keysOf(await send(who, 'GET', '/api/v0/webhooks')), keys, who);
  }
  assert.deepEqual(keysOf(await send('olga', 'GET', '/api/v0/accounts/acme/webhooks')), ['acme']);
  assert.deepEqual(keysOf(await send('nora', 'GET', '/api/v0/repositories/acme/app/webhooks')), ['acme/app']);
  assert.equal(
    (await send('walt', 'DELETE', `/api/v0/webhooks/${ids.get('acme/app')}`)).outcome,
    '404 NO_SUCH_WEBHOOK',
  );
  assert.equal((await send('nora', 'DELETE', `/api/v0/webhooks/${ids.get('acme/app')}`)).status, 204);
});
