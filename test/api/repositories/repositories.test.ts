import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertMsrShape } from '../msr-definitions.ts';
import { startApi, type ApiRequest, type ApiResponse, type TestApi } from '../test-api.ts';

interface RepositoryView {
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly [field: string]: unknown;
}

const path = '/api/v0/repositories';

async function create(api: TestApi, namespace: string, body: object, as: ApiRequest['as'] = 'admin') {
  const response = await api.send('POST', `${path}/${namespace}`, { body, as });
  assert.equal(response.status, 201, response.text);
  assertMsrShape('responses.Repository', response.json);
  return response.json as RepositoryView;
}

/** The repositories of a list, as `namespace/name`, checked against MSR's definition. */
function namesOf(response: ApiResponse): string[] {
  assert.equal(response.status, 200, response.text);
  assertMsrShape('responses.Repositories', response.json);
  const { repositories } = response.json as { repositories: RepositoryView[] };
  return repositories.map(({ namespace, name }) => `${namespace}/${name}`);
}

test('a repository is made with the defaults of MSR, and found again', async (t) => {
  const api = await startApi(t);
  const repository = await create(api, 'acme', { name: 'app' });
  const { id, ...rest } = repository;
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.deepEqual(rest, {
    namespace: 'acme',
    namespaceType: 'organization',
    name: 'app',
    shortDescription: '',
    longDescription: '',
    visibility: 'public',
    scanOnPush: false,
    immutableTags: false,
    enableManifestLists: true,
    tagLimit: 0,
    untaggedManifests: 'delete',
    orphanedReferrers: 'delete',
    untaggedGraceSeconds: 604_800,
    inactive: {},
    pulls: 0,
    pushes: 0,
  });
  const found = await api.send('GET', `${path}/acme/app`);
  assertMsrShape('responses.Repository', found.json);
  assert.deepEqual(found.json, repository);
});

test('every field of the form is taken', async (t) => {
  const api = await startApi(t);
  const form = {
    name: 'app',
    shortDescription: 'kurz & gut 🐳',
    longDescription: '# Long\n',
    visibility: 'private',
    scanOnPush: true,
    immutableTags: true,
    enableManifestLists: false,
    tagLimit: 10,
    untaggedManifests: 'keep',
    orphanedReferrers: 'keep',
    untaggedGraceSeconds: 0,
  };
  const repository = await create(api, 'admin', form);
  assert.deepEqual({ ...repository, ...form, namespaceType: 'user' }, repository);
});

test('what is wrong with a repository is refused by name', async (t) => {
  const api = await startApi(t);
  await create(api, 'acme', { name: 'app' });
  const cases: readonly (readonly [string, object, string, RegExp])[] = [
    ['acme', {}, '400 INVALID_JSON', /"name" is missing in body/],
    ['acme', { name: 'app' }, '400 REPOSITORY_EXISTS', /acme\/app/],
    ['nobody', { name: 'app' }, '404 NO_SUCH_ACCOUNT', /"nobody"/],
    ['acme', { name: 'App' }, '400 INVALID_REPOSITORY_NAME', /./],
    ['acme', { name: '../app' }, '400 INVALID_REPOSITORY_NAME', /./],
    ['acme', { name: 'a\u0000b' }, '400 INVALID_REPOSITORY_NAME', /./],
    ['acme', { name: '' }, '400 INVALID_JSON', /name/],
    ['acme', { name: 'a'.repeat(256) }, '400 INVALID_JSON', /name/],
    ['acme', { name: 'b', visibility: 'secret' }, '400 INVALID_JSON', /visibility/],
    ['acme', { name: 'b', tagLimit: -1 }, '400 INVALID_JSON', /tagLimit/],
    ['acme', { name: 'b', tagLimit: 2 ** 31 }, '400 INVALID_JSON', /tagLimit/],
    ['acme', { name: 'b', scanOnPush: 'true' }, '400 INVALID_JSON', /scanOnPush/],
    ['acme', { name: 'b', owner: 'ada' }, '400 INVALID_JSON', /"owner" is not known in body/],
    ['acme', { name: 'b', shortDescription: '\u0000' }, '400 INVALID_PARAMETERS', /NUL/],
  ];
  for (const [namespace, body, outcome, message] of cases) {
    const response = await api.send('POST', `${path}/${namespace}`, { body });
    assert.equal(response.outcome, outcome, `${JSON.stringify(body)}: ${response.text}`);
    assert.match(response.message, message);
  }
  assert.deepEqual(namesOf(await api.send('GET', path)), ['acme/app']);
});

test('who is no administrator makes repositories in the own namespace alone', async (t) => {
  const api = await startApi(t);
  await create(api, 'ada', { name: 'app' }, 'ada');
  for (const namespace of ['acme', 'admin', 'nobody']) {
    const response = await api.send('POST', `${path}/${namespace}`, { body: { name: 'app' }, as: 'ada' });
    assert.equal(response.outcome, '403 NOT_AUTHORIZED', namespace);
  }
});

test('who is no administrator sees what is public and what is the own, and of the rest not even that it is there', async (t) => {
  const api = await startApi(t);
  await create(api, 'acme', { name: 'open' });
  await create(api, 'acme', { name: 'hidden', visibility: 'private' });
  await create(api, 'ada', { name: 'own', visibility: 'private' });
  assert.deepEqual(namesOf(await api.send('GET', path, { as: 'ada' })), ['acme/open', 'ada/own']);
  assert.deepEqual(namesOf(await api.send('GET', `${path}/acme`, { as: 'ada' })), ['acme/open']);
  assert.deepEqual(namesOf(await api.send('GET', path)), ['acme/hidden', 'acme/open', 'ada/own']);
  const counted = await api.send('GET', `${path}?count=true`, { as: 'ada' });
  assert.equal(counted.headers['x-resource-count'], '2');
  const hidden = await api.send('GET', `${path}/acme/hidden`, { as: 'ada' });
  const none = await api.send('GET', `${path}/acme/none`, { as: 'ada' });
  assert.deepEqual([hidden.outcome, none.outcome], ['404 NO_SUCH_REPOSITORY', '404 NO_SUCH_REPOSITORY']);
  assert.equal(hidden.message.replace('hidden', 'none'), none.message);
  assert.equal((await api.send('GET', `${path}/ada/own`, { as: 'ada' })).status, 200);
});

test('pages lead from one to the next by X-Next-Page-Start, and leave nothing out', async (t) => {
  const api = await startApi(t);
  const names = Array.from({ length: 23 }, (_, index) => `r${String(index).padStart(2, '0')}`);
  await api.pool.query(`INSERT INTO registry.repositories (namespace, name) SELECT 'acme', unnest($1::text[])`, [
    names.toReversed(),
  ]);
  await create(api, 'ada', { name: 'app' });
  const wanted = names.map((name) => `acme/${name}`);
  for (const [start, pageSize, all] of [
    [path, 10, [...wanted, 'ada/app']],
    [path, 24, [...wanted, 'ada/app']],
    [`${path}/acme`, 7, wanted],
  ] as const) {
    const seen: string[] = [];
    const sizes: number[] = [];
    for (let next: string | undefined = ''; next !== undefined;) {
      const query = `${pageSize === 10 ? '' : `pageSize=${pageSize}&`}pageStart=${next}&count=true`;
      const page: ApiResponse = await api.send('GET', `${start}?${query}`);
      const pageNames = namesOf(page);
      seen.push(...pageNames);
      sizes.push(pageNames.length);
      assert.equal(page.headers['x-resource-count'], String(all.length));
      next = page.headers['x-next-page-start'] as string | undefined;
    }
    assert.deepEqual(seen, all);
    assert.equal(sizes.length, Math.ceil(all.length / pageSize), 'no empty page at the end');
  }
});

test('a page, namespace or repository that is not there', async (t) => {
  const api = await startApi(t);
  const cases = {
    '?pageSize=0': '400 INVALID_PARAMETERS',
    '?pageSize=1001': '400 INVALID_PARAMETERS',
    '?pageStart=first': '400 INVALID_PARAMETERS',
    '?count=maybe': '400 INVALID_PARAMETERS',
    '/nobody': '404 NO_SUCH_ACCOUNT',
    '/acme/none': '404 NO_SUCH_REPOSITORY',
    '/%00': '400 INVALID_PARAMETERS',
    '/acme/%00': '400 INVALID_PARAMETERS',
  };
  for (const [rest, outcome] of Object.entries(cases)) {
    assert.equal((await api.send('GET', path + rest)).outcome, outcome, rest);
  }
});
