import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalName } from '../../../accounts/canonical-name.ts';
import { createTestCertificate } from '../../support/certificates.ts';
import { createOrganization } from '../../accounts/organization.ts';
import { type PlacedSchema, requestParts, walkSchema } from '../schema-walk.ts';
import {
  basic,
  type ApiRequest,
  type ApiResponse,
  type DeclaredRoute,
  nginxSecret,
  password,
  startApi,
  type TestApi,
} from '../test-api.ts';

const api0 = '/api/v0';
const enzi = '/enzi/v0/accounts';
const robot = encodeURIComponent('robot$acme+ci');
const robotInCapitals = encodeURIComponent('ROBOT$ACME+CI');
const permissions = [{ repository: 'acme/app', actions: ['pull'] }];

test('names are compared in the letters a to z, and no other letter becomes one of them', () => {
  assert.equal(canonicalName('Robot$ACME+Ci-9'), 'robot$acme+ci-9');
  // KELVIN SIGN and LATIN SMALL LETTER LONG S, which become k and s where case is folded as Unicode has it.
  for (const text of ['\u212Aim', 'ada\u017F', '\u0130ris', 'ÉMILE'.slice(0, 1)])
    assert.equal(canonicalName(text), text);
});

// Fields and parameters that say which account, robot or repository is meant.
const naming = new Set(
  'username account member organization namespace reponame repository requestedBy robot key actorId owner'.split(' '),
);
// What is called so and names none of them.
const otherwise = new Set([`DELETE ${enzi}/:username/publicKeys/:key params.key`]);
const listsOfAccounts = new Set([
  `GET ${enzi} querystring.start`,
  `GET ${enzi}/:organization/members querystring.start`,
  `GET ${enzi}/:username/organizations querystring.start`,
  `GET ${enzi}/:organization/teams/:team/members querystring.start`,
]);

function placed({ method, url, schema = {} }: DeclaredRoute): PlacedSchema[] {
  if (method === 'HEAD') return [];
  return requestParts.flatMap((part) => [...walkSchema(schema[part] ?? {}, `${method} ${url} ${part}`)]);
}

const holdsName = ({ schema }: PlacedSchema): boolean => schema.holds === 'name';

test('every field and parameter that names an account, robot or repository is read as a name', async (t) => {
  const { routes } = await startApi(t);
  const all = routes.flatMap(placed).filter(({ schema }) => schema.type === 'string');
  const called = all.filter(
    ({ where }) => (naming.has(where.split('.').at(-1) ?? '') && !otherwise.has(where)) || listsOfAccounts.has(where),
  );
  assert.deepEqual(
    all.filter(holdsName).map(({ where }) => where),
    called.map(({ where }) => where),
  );
  assert.ok(called.length > 90, `${called.length} names are few`);
});

interface Signing {
  readonly how: string;
  /** Signs in by a name, and gives what came of it. */
  readonly by: (name: string) => Promise<ApiResponse>;
}

function form(fields: Record<string, string>): ApiRequest {
  return {
    as: null,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    rawBody: new URLSearchParams({ service: 'jobrunner', client_id: 'test', ...fields }).toString(),
  };
}

/** Every way to sign in with a name and a secret. */
function signings({ send }: TestApi, secret: string, isRobot: boolean): readonly Signing[] {
  const get = (path: string) => (name: string) => send('GET', path, { as: null, headers: basic(name, secret) });
  return [
    { how: 'Basic at /api/v0', by: get(`${api0}/repositories`) },
    { how: 'Basic at /v1/search', by: get('/v1/search?q=app') },
    { how: 'Basic at /auth/token, for the registry', by: get('/auth/token?service=jobrunner') },
    { how: 'Basic at /auth/token, for the API', by: get('/auth/token?service=jobrunner-api') },
    { how: 'Basic at /auth/token, for Notary', by: get('/auth/token?service=notary') },
    {
      how: 'the password grant',
      by: (username) => send('POST', '/auth/token', form({ grant_type: 'password', username, password: secret })),
    },
    ...(isRobot ? [] : [{ how: 'Basic at /enzi/v0', by: get(enzi) }]),
  ];
}

test('whoever signs in does so in any case, in every way and with every secret', async (t) => {
  const api = await startApi(t);
  const accessToken = (await api.send('POST', `${api0}/api_tokens`, { as: 'ada', body: {} })).json as { token: string };
  const made = await api.send('POST', `${api0}/robots`, { body: { name: 'ci', namespace: 'acme', permissions } });
  const { secret: robotSecret } = made.json as { secret: string };
  for (const [names, secret, isRobot] of [
    [['ada', 'Ada', 'ADA'], password, false],
    [['ada', 'Ada', 'ADA'], accessToken.token, false],
    [['robot$acme+ci', 'ROBOT$ACME+CI', 'Robot$acme+ci'], robotSecret, true],
  ] as const) {
    for (const { how, by } of signings(api, secret, isRobot)) {
      for (const name of names) assert.equal((await by(name)).outcome, '200', `${name}, ${how}`);
      // A wrong password is followed by a rest: one is below.
      if (secret !== password) assert.equal((await by('other')).status, 401, how);
    }
  }
  // A name that differs in other letters is another name.
  const stranger = await api.send('GET', enzi, { as: null, headers: basic('\u212Aim', password) });
  assert.equal(stranger.outcome, '401 NOT_AUTHENTICATED');

  const login = await api.send('POST', '/enzi/v0/login', { as: null, body: { username: 'ADA', password } });
  assert.equal(login.outcome, '200', login.text);
  const cookie = String(login.headers['set-cookie']).split(';')[0];
  const session = await api.send('GET', '/enzi/v0/session', { as: null, headers: { cookie } });
  assert.equal((session.json as { account: { name: string } }).account.name, 'ada');

  // What is shown and written down has the one form of the name.
  const offline = await api.send(
    'POST',
    '/auth/token',
    form({ grant_type: 'password', access_type: 'offline', username: 'ADA', password }),
  );
  const { refresh_token = '' } = offline.json as { refresh_token?: string };
  const refreshed = await api.send('POST', '/auth/token', form({ grant_type: 'refresh_token', refresh_token }));
  assert.equal(refreshed.outcome, '200');
  const { json: granted } = refreshed;
  const [, claims = ''] = (granted as { access_token: string }).access_token.split('.');
  assert.equal((JSON.parse(Buffer.from(claims, 'base64url').toString()) as { sub: string }).sub, 'ada');
  await api.flushSignIns();
  const { rows } = await api.pool.query<{ name: string }>(
    `SELECT DISTINCT object_name AS name FROM registry.events WHERE kind LIKE 'SIGN_IN%'`,
  );
  assert.ok(rows.length > 0);
  for (const { name } of rows) assert.equal(name, name.toLowerCase());

  // A certificate of a client names nobody: whose it is says the path by which it was registered.
  const { certificate } = await createTestCertificate('client');
  const registered = await api.send('POST', `${enzi}/ADA/publicKeys`, { as: 'ada', body: { publicKey: certificate } });
  assert.equal(registered.outcome, '201');
  const shown = {
    'x-jobrunner-nginx': nginxSecret,
    'x-jobrunner-client-certificate': encodeURIComponent(certificate),
  };
  const byCertificate = await api.send('GET', '/enzi/v0/session', { as: null, headers: shown });
  assert.equal((byCertificate.json as { account: { name: string } }).account.name, 'ada');
});

const inCapitals: Readonly<Record<string, string>> = {
  username: 'OLGA',
  member: 'SUE',
  organization: 'ACME',
  namespace: 'ACME',
  reponame: 'APP',
  robot: robotInCapitals,
  team: 'READERS',
  reference: 'latest',
  tag: 'latest',
};
const inLowerCase: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(inCapitals).map(([name, value]) => [name, value.toLowerCase()])),
  robot,
  member: 'rita',
};

function fill(url: string, values: Readonly<Record<string, string>>): string {
  return url.replaceAll(/:(\w+)/g, (_, name: string) => values[name] ?? assert.fail(`${url}: what is ${name}?`));
}

// What else a query needs.
const queries: Readonly<Record<string, string>> = { [`GET ${api0}/index/autocomplete`]: 'query=app' };
// Parameters with a name, in a query.
const queryValues: Readonly<Record<string, string>> = {
  namespace: 'acme',
  repository: 'acme/app',
  requestedBy: 'admin',
  username: 'ada',
  actorId: 'admin',
  account: 'ada',
  start: 'm',
};

test('what is read under a name is the same in any case', async (t) => {
  const api = await startApi(t);
  await createOrganization(api);
  const robotMade = await api.send('POST', `${api0}/robots`, { body: { name: 'ci', namespace: 'acme', permissions } });
  assert.equal(robotMade.outcome, '201');
  const hook = { type: 'TAG_PUSH', key: 'acme/app', endpoint: 'https://192.0.2.1/' };
  assert.equal((await api.send('POST', `${api0}/webhooks`, { body: hook })).outcome, '201');
  assert.equal((await api.send('POST', `${api0}/api_tokens?username=ada`, { body: {} })).outcome, '200');
  assert.equal((await api.send('POST', `${api0}/jobs`, { body: { action: 'sleep' } })).outcome, '202');
  let compared = 0;
  for (const route of api.routes.filter(({ method }) => method === 'GET')) {
    const where = `GET ${route.url}`;
    if (!placed(route).some(holdsName)) continue;
    const inQuery = Object.entries(route.schema?.querystring?.properties ?? {}).filter(
      ([, schema]) => schema.holds === 'name',
    );
    const read = (values: Readonly<Record<string, string>>, change: (text: string) => string) => {
      const query = new URLSearchParams(queries[where]);
      for (const [name] of inQuery) query.set(name, change(queryValues[name] ?? assert.fail(`${where}: ${name}?`)));
      return api.send('GET', `${fill(route.url, values)}?${query.toString()}`);
    };
    const member = route.url.startsWith(api0) || route.url.includes('/members/:member') ? 'RITA' : 'SUE';
    const lower = await read(inLowerCase, (text) => text);
    const upper = await read({ ...inCapitals, member }, (text) => text.toUpperCase());
    assert.match(lower.outcome, /^(200|404 NO_SUCH_REF|404 NO_SUCH_NAMESPACE_TEAM_ACCESS)$/, `${where}: ${lower.text}`);
    if (route.url !== '/auth/token') assert.deepEqual(upper.json, lower.json, where);
    assert.equal(upper.outcome, lower.outcome, where);
    compared++;
  }
  assert.ok(compared > 25, `${compared} routes are few`);
});

interface Change extends ApiRequest {
  readonly path?: string;
  readonly query?: string;
  readonly outcome?: string;
  /** What the answer is to have. */
  readonly gives?: Readonly<Record<string, unknown>>;
}

const hook = { type: 'TAG_PUSH', key: 'ACME/App', endpoint: 'https://192.0.2.1/' };
const named = [{ repository: 'Acme/APP', actions: ['pull'] }];
const grant = { body: { accessLevel: 'read-only' } };
const app = `${api0}/repositories/:namespace/:reponame`;
const team = `${enzi}/:organization/teams/:team`;
const client = await createTestCertificate('client');

// Every other route that takes a name, in an order in which each finds what it changes. A new one fails the test.
const changes: readonly (readonly [string, Change])[] = [
  [`POST ${api0}/repositories/:namespace`, { body: { name: 'more' }, outcome: '201', gives: { namespace: 'acme' } }],
  [`PATCH ${app}`, { body: { shortDescription: 'x' }, gives: { namespace: 'acme', name: 'app' } }],
  [`DELETE ${app}/tags/:reference`, { outcome: '404 NO_SUCH_TAG' }],
  [`DELETE ${app}/manifests/:reference`, { outcome: '404 NO_SUCH_REF' }],
  [`POST ${api0}/webhooks`, { body: hook, outcome: '201', gives: { key: 'acme/app' } }],
  [
    `POST ${api0}/robots`,
    { body: { name: 'ci', namespace: 'ACME', permissions: named }, outcome: '201', gives: { permissions } },
  ],
  [`PATCH ${api0}/robots/:robot`, { body: { permissions: named }, gives: { permissions } }],
  [`POST ${api0}/robots/:robot/rotate`, { body: {}, gives: { name: 'robot$acme+ci' } }],
  [`DELETE ${api0}/robots/:robot`, { outcome: '204' }],
  [
    `POST ${api0}/jobs/cancel`,
    { body: { requestedBy: 'ADMIN', namespace: 'ACME', repository: 'ACME/APP', dryRun: true }, gives: { count: 0 } },
  ],
  [`POST ${api0}/jobs/cancel`, { body: { requestedBy: 'ADMIN', dryRun: true }, gives: { count: 1 } }],
  [`POST ${api0}/api_tokens`, { query: 'username=SUE', body: {} }],
  [`DELETE ${api0}/api_tokens`, { query: 'username=SUE' }],
  [`PUT ${app}/teamAccess/:team`, grant],
  [`DELETE ${app}/teamAccess/:team`, { outcome: '204' }],
  [`PUT ${api0}/repositoryNamespaces/:namespace/teamAccess/:team`, { ...grant, gives: { namespace: 'acme' } }],
  [`DELETE ${api0}/repositoryNamespaces/:namespace/teamAccess/:team`, { outcome: '204' }],
  [`PATCH ${api0}/accounts/:username/settings`, { body: { contentCacheUUID: '' } }],
  [`POST ${enzi}/:organization/teams`, { body: { name: 'Nights' }, outcome: '201', gives: { name: 'Nights' } }],
  [`POST ${enzi}/:organization/teams`, { body: { name: 'NIGHTS' }, outcome: '409 TEAM_EXISTS' }],
  [`PATCH ${team}`, { path: `${enzi}/ACME/teams/nights`, body: { name: 'NightS' }, gives: { name: 'NightS' } }],
  [`PATCH ${team}`, { path: `${enzi}/ACME/teams/nights`, body: { name: 'READERS' }, outcome: '409 TEAM_EXISTS' }],
  [`PUT ${team}/memberSyncConfig`, { body: { enableSync: true, ldapGroups: ['readers'] } }],
  [`PUT ${enzi}/:organization/members/:member`, { body: { isAdmin: true }, gives: { isAdmin: true } }],
  [`PUT ${team}/members/:member`, { body: {} }],
  [`DELETE ${team}/members/:member`, { outcome: '204' }],
  [`DELETE ${enzi}/:organization/members/:member`, { outcome: '204' }],
  [`DELETE ${team}`, { path: `${enzi}/ACME/teams/NIGHTS`, outcome: '204' }],
  [`PATCH ${enzi}/:username`, { body: { fullName: 'Olga' }, gives: { name: 'olga' } }],
  [`POST ${enzi}/:username/changePassword`, { body: { newPassword: password }, gives: { name: 'olga' } }],
  [`POST ${enzi}/:username/publicKeys`, { body: { publicKey: client.certificate }, outcome: '201' }],
  [
    `DELETE ${enzi}/:username/publicKeys/:key`,
    { path: `${enzi}/OLGA/publicKeys/none`, outcome: '404 NO_SUCH_PUBLIC_KEY' },
  ],
  [
    `DELETE ${enzi}/:username/sessions/:session`,
    { path: `${enzi}/OLGA/sessions/none`, outcome: '404 NO_SUCH_SESSION' },
  ],
  [`DELETE ${app}`, { outcome: '204' }],
  [`DELETE ${api0}/accounts/:namespace/repositories`, { outcome: '204' }],
  [`DELETE ${enzi}/:username`, { outcome: '204' }],
  [`DELETE ${api0}/accounts/:namespace`, { outcome: '204' }],
];
// By these somebody signs in: see above.
const waysIn = new Set(['POST /enzi/v0/login', 'POST /auth/token']);

test('what is changed under a name is the same in any case', async (t) => {
  const api = await startApi(t);
  await createOrganization(api);
  assert.equal((await api.send('POST', `${api0}/jobs`, { body: { action: 'sleep' } })).outcome, '202');
  const routes = api.routes.filter((route) => route.method !== 'GET' && placed(route).some(holdsName));
  assert.deepEqual(
    routes
      .map(({ method, url }) => `${method} ${url}`)
      .filter((route) => !waysIn.has(route))
      .toSorted(),
    [...new Set(changes.map(([route]) => route))].toSorted(),
    'every route that takes a name is here',
  );
  for (const [route, { path, query, outcome = '200', gives = {}, ...request }] of changes) {
    const [method = '', url = ''] = route.split(' ');
    const response = await api.send(method, `${path ?? fill(url, inCapitals)}?${query ?? ''}`, request);
    assert.equal(response.outcome, outcome, `${route}: ${response.text}`);
    const answer = (response.json ?? {}) as Record<string, unknown>;
    for (const [field, value] of Object.entries(gives)) assert.deepEqual(answer[field], value, `${route}: ${field}`);
  }
});

test('what is made has its name in lower case, and is refused in another', async (t) => {
  const api = await startApi(t);
  const cases: readonly (readonly [string, object, string])[] = [
    [enzi, { name: 'Eve', password }, '400 INVALID_ACCOUNT_NAME'],
    [`${api0}/repositories/acme`, { name: 'App' }, '400 INVALID_REPOSITORY_NAME'],
    [`${api0}/robots`, { name: 'Ci', namespace: 'acme', permissions }, '400 INVALID_ACCOUNT_NAME'],
  ];
  for (const [path, body, outcome] of cases) {
    const response = await api.send('POST', path, { body });
    assert.equal(response.outcome, outcome, response.text);
    assert.match(response.message, /lower-case/);
  }
});

test('teams whose names differ in case alone, as they could once, are found by their own', async (t) => {
  const api = await startApi(t);
  await api.pool.query(`INSERT INTO accounts.teams (org_id, name)
    SELECT a.id, team FROM accounts.accounts a, unnest(ARRAY['Ops', 'ops']) AS team WHERE a.name = 'acme'`);
  const find = async (name: string) => {
    const { json, outcome } = await api.send('GET', `${enzi}/acme/teams/${name}`);
    return outcome === '200' ? (json as { name: string }).name : outcome;
  };
  assert.deepEqual([await find('Ops'), await find('ops'), await find('OPS')], ['Ops', 'ops', '404 NO_SUCH_TEAM']);
  const rename = async (team: string, name: string) =>
    (await api.send('PATCH', `${enzi}/acme/teams/${team}`, { body: { name, description: 'on call' } })).outcome;
  assert.deepEqual([await rename('Ops', 'Ops'), await rename('ops', 'ops')], ['200', '200'], 'sent back');
  assert.deepEqual([await rename('Ops', 'OPS'), await rename('Ops', 'ops')], ['409 TEAM_EXISTS', '409 TEAM_EXISTS']);
});

test('of teams made at once whose names differ in case alone, there is one', async (t) => {
  const api = await startApi(t);
  const names = ['ops', 'Ops', 'oPs', 'opS', 'OPS', 'OPs', 'oPS', 'OpS'];
  const made = await Promise.all(names.map((name) => api.send('POST', `${enzi}/acme/teams`, { body: { name } })));
  const outcomes = made.map(({ outcome }) => outcome).toSorted();
  assert.deepEqual(outcomes, ['201', ...names.slice(1).map(() => '409 TEAM_EXISTS')]);
});
