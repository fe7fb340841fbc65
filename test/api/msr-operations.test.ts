import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createTestCertificate } from '../support/certificates.ts';
import { assertMsrShape } from './msr-definitions.ts';
import { createOrganization } from '../accounts/organization.ts';
import { basic, startApi, type TestApi } from './test-api.ts';

const api0 = '/api/v0';
const manifests = `${api0}/repositories/acme/app/manifests`;
const digestOf = (hex: string): string => `sha256:${hex.repeat(64)}`;

async function putManifests({ pool }: TestApi): Promise<void> {
  await pool.query(
    `WITH made AS (
       INSERT INTO registry.manifests (repository_id, digest, media_type, config_digest, config_media_type, os,
                                       architecture, payload, image_size_bytes, pushed_by)
       SELECT r.id, d, 'application/vnd.oci.image.manifest.v1+json', 'sha256:c', 'config', 'linux', 'amd64', '', 7, 'walt'
       FROM registry.repositories r, unnest($1::text[]) d WHERE r.namespace = 'acme' AND r.name = 'app'
       RETURNING id, repository_id, digest)
     INSERT INTO registry.tags (repository_id, name, manifest_id, author)
     SELECT repository_id, tag, id, 'walt' FROM made, unnest('{latest,stable}'::text[]) tag WHERE digest = $2`,
    [['a', 'b', 'c'].map(digestOf), digestOf('b')],
  );
}

test('manifests of a repository are listed by digest, those without a tag as well', async (t) => {
  const api = await startApi(t);
  const { send } = await createOrganization(api);
  await putManifests(api);
  const first = await send('rita', 'GET', `${manifests}?pageSize=2&count=true`);
  assert.equal(first.headers['x-resource-count'], '3');
  const [shown] = first.json as unknown[];
  assertMsrShape('responses.Manifest', shown);
  const next = String(first.headers['x-next-page-start']);
  const second = await send('rita', 'GET', `${manifests}?pageSize=2&pageStart=${next}`);
  const found = [...(first.json as { digest: string }[]), ...(second.json as { digest: string }[])];
  assert.deepEqual(
    found.map(({ digest }) => digest),
    ['a', 'b', 'c'].map(digestOf),
  );
  assert.equal(
    (await send('rita', 'GET', `${api0}/repositories/acme/none/manifests`)).outcome,
    '404 NO_SUCH_REPOSITORY',
  );
});

test('a manifest is deleted by digest or tag, with its tags, by whoever may write', async (t) => {
  const api = await startApi(t);
  const { send } = await createOrganization(api);
  await putManifests(api);
  const remove = async (who: string, reference: string) =>
    (await send(who, 'DELETE', `${manifests}/${reference}`)).outcome;
  assert.equal(await remove('rita', digestOf('a')), '403 NOT_AUTHORIZED');
  assert.equal(await remove('walt', digestOf('a')), '204');
  assert.equal(await remove('walt', digestOf('a')), '404 NO_SUCH_REF');
  assert.equal(await remove('walt', 'sha256:short'), '400 INVALID_DIGEST');
  assert.equal(await remove('walt', 'stable'), '204');
  assert.equal(await remove('walt', 'latest'), '404 NO_SUCH_REF');
  const left = (await send('walt', 'GET', manifests)).json as { digest: string }[];
  assert.deepEqual(
    left.map(({ digest }) => digest),
    [digestOf('c')],
  );
  assert.ok(api.wakeUps.includes('caches'), 'every process forgets it');
});

test('searches find repositories that the caller may read, by how the words of their names and descriptions begin', async (t) => {
  const api = await startApi(t);
  const { send } = await createOrganization(api);
  await api.pool.query(
    `UPDATE registry.repositories SET short_description = 'Proxy for everybody' WHERE name = 'open'`,
  );
  const search = async (who: string, q: string) => {
    const response = await send(who, 'GET', `${api0}/index/dockersearch?q=${encodeURIComponent(q)}`);
    assertMsrShape('responses.DockerSearch', response.json);
    return (response.json as { results: { name: string }[] }).results.map(({ name }) => name);
  };
  assert.deepEqual(await search('admin', 'acme'), ['acme/app', 'acme/hidden', 'acme/open']);
  assert.deepEqual(await search('rita', 'acme'), ['acme/app', 'acme/open']);
  assert.deepEqual(await search('sue', 'acme'), ['acme/open']);
  assert.deepEqual(await search('sue', 'app'), ['sue/app']);
  assert.deepEqual(await search('sue', 'sue/ap'), ['sue/app']);
  assert.deepEqual(await search('sue', 'PROX every'), ['acme/open']);
  for (const none of ['', '/', `' & !`, 'a:* | b', 'zz', '\u0000']) {
    const response = await send('sue', 'GET', `${api0}/index/dockersearch?q=${encodeURIComponent(none)}`);
    assert.ok(response.status === 200, `${JSON.stringify(none)}: ${response.text}`);
  }
});

test('autocomplete gives accounts and repositories, or one of them, of all namespaces or one', async (t) => {
  const api = await startApi(t);
  const { send } = await createOrganization(api);
  const complete = async (query: string) => {
    const { json } = await send('rita', 'GET', `${api0}/index/autocomplete?${query}`);
    assertMsrShape('responses.Autocomplete', json);
    const { accountResults: accounts, repositoryResults: repositories } = json as Record<string, { name: string }[]>;
    return [accounts?.map(({ name }) => name), repositories?.map(({ name }) => name)];
  };
  assert.deepEqual(await complete('query=ac'), [['acme'], ['app', 'open']]);
  assert.deepEqual(await complete('query=ac&includeAccounts=false'), [undefined, ['app', 'open']]);
  assert.deepEqual(await complete('query=r&includeRepositories=false'), [['rita'], undefined]);
  assert.deepEqual(await complete('query=app&namespace=sue'), [[], []]);
  assert.deepEqual(await complete('query=ac&limit=1'), [['acme'], ['app']]);
});

test('/v1/search answers engines: nobody sees what is public, somebody what they may read', async (t) => {
  const api = await startApi(t);
  await createOrganization(api);
  const search = (headers: Record<string, string>) =>
    api.send('GET', '/v1/search?q=acme&n=25&page=1', { as: null, headers });
  const namesOf = (json: unknown) => (json as { results: { name: string }[] }).results.map(({ name }) => name);
  assert.deepEqual(namesOf((await search({})).json), ['acme/open']);
  assert.equal(namesOf((await search({ ...basic('admin') })).json).length, 3);
  assert.equal((await search({ ...basic('admin', 'wrong password') })).status, 401);
  const none = await search({ authorization: `Basic ${Buffer.from(':').toString('base64')}` });
  assert.deepEqual(namesOf(none.json), ['acme/open'], 'what an engine sends that is not signed in');

  const bySearchToken = async (scope: string, headers: Record<string, string>) => {
    const { json } = await api.send('GET', `/auth/token?service=jobrunner&scope=${scope}`, { as: null, headers });
    return search({ authorization: `Bearer ${(json as { token: string }).token}` });
  };
  const asked = 'registry:catalog:search';
  assert.equal(namesOf((await bySearchToken(asked, basic('admin'))).json).length, 3, 'what an engine asks for');
  assert.deepEqual(namesOf((await bySearchToken(asked, {})).json), ['acme/open']);
  for (const other of ['registry:catalog:*', 'repository:acme/app:pull', '']) {
    assert.equal((await bySearchToken(other, basic('admin'))).status, 401, other);
  }
});

test('content caches are registered by administrators, seen by everybody, and chosen by users', async (t) => {
  const api = await startApi(t);
  const path = `${api0}/content_caches`;
  const made = await api.send('POST', path, { body: { name: 'near', host: 'https://cache.example:4443' } });
  assert.equal(made.status, 201);
  assertMsrShape('responses.ContentCache', made.json);
  const { id } = made.json as { id: string };
  assert.deepEqual((await api.send('GET', path, { as: 'ada' })).json, [made.json]);
  assert.deepEqual((await api.send('GET', `${path}/${id}`, { as: 'ada' })).json, made.json);
  for (const host of ['ftp://a', 'https://a/b', 'https://u@a', 'a b', 'https://a?b'])
    assert.equal((await api.send('POST', path, { body: { name: 'x', host } })).outcome, '400 INVALID_PARAMETERS', host);

  const settings = `${api0}/accounts/ada/settings`;
  const none = (await api.send('GET', settings, { as: 'ada' })).json;
  assertMsrShape('responses.UserSettings', none);
  assert.deepEqual(none, { ContentCacheUUID: '' });
  const choose = async (contentCacheUUID: string) =>
    (await api.send('PATCH', settings, { as: 'ada', body: { contentCacheUUID } })).outcome;
  assert.equal(await choose(id), '200');
  assert.deepEqual((await api.send('GET', settings)).json, { ContentCacheUUID: id });
  for (const wrong of ['near', '00000000-0000-4000-8000-000000000000'])
    assert.equal(await choose(wrong), '400 INVALID_USER_SETTINGS', wrong);
  assert.deepEqual((await api.send('GET', settings)).json, { ContentCacheUUID: id });
  assert.equal((await api.send('GET', `${api0}/accounts/none/settings`)).outcome, '404 NO_SUCH_USER');

  assert.equal((await api.send('DELETE', `${path}/${id}`)).status, 204);
  assert.equal((await api.send('DELETE', `${path}/${id}`)).outcome, '404 NO_SUCH_CONTENT_CACHE');
  assert.deepEqual((await api.send('GET', settings)).json, { ContentCacheUUID: '' });
});

test('all repositories of a namespace are deleted, and those of others are not', async (t) => {
  const api = await startApi(t);
  const { send } = await createOrganization(api);
  assert.equal((await send('max', 'DELETE', `${api0}/accounts/acme/repositories`)).outcome, '403 NOT_AUTHORIZED');
  assert.equal((await send('olga', 'DELETE', `${api0}/accounts/acme/repositories`)).outcome, '204');
  const { rows } = await api.pool.query(
    'SELECT namespace, name FROM registry.repositories WHERE namespace IS NOT NULL',
  );
  assert.deepEqual(rows, [{ namespace: 'sue', name: 'app' }]);
  assert.equal((await send('admin', 'GET', '/enzi/v0/accounts/acme')).status, 200);
});

test('/ca gives the last certificate of the chain that TLS shows', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'ca-'));
  t.after(() => rm(folder, { recursive: true }));
  const [leaf, root] = [await createTestCertificate('leaf'), await createTestCertificate('root')];
  const tlsCertFile = join(folder, 'chain.pem');
  await writeFile(tlsCertFile, `${leaf.certificate}\n${root.certificate}\n`);
  const api = await startApi(t, { tlsCertFile });
  const { text, status } = await api.send('GET', '/ca', { as: null });
  assert.deepEqual([status, text.trim()], [200, root.certificate.trim()]);
  assert.equal((await (await startApi(t)).send('GET', '/ca', { as: null })).outcome, '404 NO_SUCH_CERTIFICATE');
});

test('how LDAP is set up is shown without its password, and changed elsewhere', async (t) => {
  const path = '/enzi/v0/conf/auth/ldap';
  const ldap = {
    url: 'ldaps://ldap.example',
    startTls: false,
    ca: undefined,
    bindDn: 'cn=searcher',
    bindPassword: 'very secret',
    userBaseDn: 'ou=people',
    userFilter: '(uid={name})',
    usernameAttribute: 'uid',
    fullNameAttribute: 'cn',
    groupBaseDn: undefined,
    groupFilter: '',
    groupMemberAttribute: 'member',
    adminGroup: undefined,
    createOnLogin: true,
  };
  // Nobody is bound: whoever signs in here has a local account.
  const api = await startApi(t, { ldap });
  const { text, json } = await api.send('GET', path);
  assert.equal((json as { serverURL: string }).serverURL, 'ldaps://ldap.example');
  assert.ok(!text.includes('very secret'));
  const refused = await api.send('PUT', path, { body: { serverURL: 'ldap://other' } });
  assert.deepEqual([refused.outcome, refused.headers.allow], ['405 NOT_ALLOWED', 'GET']);
  assert.match(refused.message, /LDAP_URL/);
  const off = (await (await startApi(t)).send('GET', path)).json as Record<string, unknown>;
  assert.deepEqual([off['isEnabled'], off['serverURL']], [false, '']);
});

test('teams and accounts are found by id: and their id as well', async (t) => {
  const api = await startApi(t);
  await createOrganization(api);
  const enzi = '/enzi/v0/accounts';
  const { json } = await api.send('GET', `${enzi}/acme/teams/readers`);
  const { id, orgID } = json as { id: string; orgID: string };
  assert.deepEqual((await api.send('GET', `${enzi}/acme/teams/id:${id}`)).json, json);
  assert.deepEqual((await api.send('GET', `${enzi}/id:${orgID}/teams/id:${id}`)).json, json);
  assert.equal((await api.send('GET', `${enzi}/acme/teams/id:${orgID}`)).outcome, '404 NO_SUCH_TEAM');
  assert.equal((await api.send('GET', `${enzi}/acme/teams/id:readers`)).status, 404);
});

test('a search finds what is the caller’s also where very many of others have the same words', async (t) => {
  const api = await startApi(t);
  await createOrganization(api);
  await api.pool.query(
    `INSERT INTO registry.repositories (namespace, name) SELECT 'acme', 'service-' || i FROM generate_series(1, 3000) i;
     INSERT INTO registry.repositories (namespace, name) VALUES ('ada', 'service')`,
  );
  const { json } = await api.send('GET', `${api0}/index/dockersearch?q=service`, { as: 'ada' });
  assert.deepEqual(
    (json as { results: { name: string }[] }).results.map(({ name }) => name),
    ['ada/service'],
  );
});
