import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { tokenLifeSeconds } from '../../accounts/tokens/tokens.ts';
import { createOrganization, type Person } from '../accounts/organization.ts';
import { type ApiRequest, type ApiResponse, basic, bearer, startApi, type TestApi } from './test-api.ts';

// In this order: nobody, an inactive user, a stranger, a member of the organization, a reader, a writer and an
// administrator of the repository acme/app, an owner of the organization, a system administrator.
const users = [undefined, 'idle', 'sue', 'max', 'rita', 'walt', 'nora', 'olga', 'admin'] as const;
// After them: a robot that may pull acme/app, the administrator with a token that has expired, and with an access token
// that was deleted.
const people = [...users, 'robot$acme+ci', 'expired', 'revoked'] as const;

const nobody = [401, 401] as const;
/** Whoever has signed in as a user gets the same; a robot is refused, unless the row says otherwise. */
const all = (status: number) => [...nobody, ...Array.from({ length: 7 }, () => status)];
const systemAdmin = (status: number) => [...nobody, 403, 403, 403, 403, 403, 403, status];
const owner = (status: number) => [...nobody, 403, 403, 403, 403, 403, status, status];
const member = (status: number) => [...nobody, 403, status, status, status, status, status, status];
/** Strangers and members are not told that the repository is there. */
const reader = (status: number) => [...nobody, 404, 404, status, status, status, status, status];
const repositoryAdmin = (status: number) => [...nobody, 404, 404, 403, 403, status, status, status];
/** The user rita. */
const self = (status: number) => [...nobody, 403, 403, status, 403, 403, 403, status];
const everybody = (status: number) => people.map(() => status);

interface Row {
  readonly route: string;
  readonly path?: string;
  readonly body?: unknown;
  readonly expected: readonly number[];
}

/** @param expected of each of `users`, or of all `people` */
const row = (route: string, expected: readonly number[], path?: string, body?: unknown): Row => ({
  route,
  expected: expected.length === people.length ? expected : [...expected, 403, 401, 401],
  ...(path !== undefined && { path }),
  ...(body !== undefined && { body }),
});

/** What a robot gets besides, from a route that robots may use. */
const andRobot = (expected: readonly number[], status: number) => [...expected, status, 401, 401];

const api = '/api/v0';
const enzi = '/enzi/v0/accounts';
const app = `${api}/repositories/acme/app`;
const hook = { type: 'TAG_PUSH', endpoint: 'https://192.0.2.1/' };
const id = '00000000-0000-4000-8000-000000000000';
// Its name is none.
const robot = { name: 'CI', permissions: [{ repository: 'acme/app', actions: ['pull'] }] };
const noHash = '0'.repeat(64);

// What each route answers to whom. What would change what later rows see goes to something that is not there, or says
// what already is. A route that is not in here fails the test: enter it, with a decision.
const matrix: readonly Row[] = [
  row('GET /livez', everybody(200)),
  row('GET /readyz', everybody(200)),
  row('GET /health', everybody(200)),
  row('GET /_ping', everybody(200)),
  row('GET /', everybody(200)),
  row('GET /api/v0/openapi.json', everybody(200)),
  row('GET /api/v0/docs.json', everybody(200)),
  // All but nobody come with a token, which is not exchanged for another one.
  row(
    'GET /auth/token',
    people.map((who) => (who === undefined ? 200 : 401)),
  ),

  row('POST /auth/token', everybody(400)),
  row('GET /auth/jwks', everybody(200)),
  row('GET /auth/root.pem', everybody(200)),

  row('GET /enzi/v0/login', everybody(200)),
  row('POST /enzi/v0/login', everybody(400)),
  row('GET /enzi/v0/oidc/login', everybody(404)),
  row('GET /enzi/v0/oidc/callback', everybody(404)),
  row('POST /enzi/v0/logout', all(204)),
  row('GET /enzi/v0/session', all(200)),
  row(`GET ${enzi}/:username/sessions`, self(200), `${enzi}/rita/sessions`),
  row(`DELETE ${enzi}/:username/sessions/:session`, self(404), `${enzi}/rita/sessions/${id}`),

  // Temporal runs elsewhere; test/e2e/temporal-access.test.ts asks one that runs here.
  ...['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].flatMap((method) => [
    row(`${method} /temporal`, systemAdmin(404)),
    row(`${method} /temporal/*`, systemAdmin(404), '/temporal/api/v1/settings'),
  ]),

  row(`GET ${api}/api_tokens`, all(200)),
  row(`POST ${api}/api_tokens`, all(200), undefined, { tokenLabel: 'ci' }),
  row(`POST ${api}/api_tokens`, self(200), `${api}/api_tokens?username=rita`, { tokenLabel: 'ci' }),
  row(`GET ${api}/api_tokens`, self(200), `${api}/api_tokens?username=rita`),
  row(`GET ${api}/api_tokens/:hashedtoken`, all(404), `${api}/api_tokens/${noHash}`),
  row(`PATCH ${api}/api_tokens/:hashedtoken`, all(404), `${api}/api_tokens/${noHash}`, { isActive: false }),
  row(`DELETE ${api}/api_tokens/:hashedtoken`, all(404), `${api}/api_tokens/${noHash}`),
  row(`DELETE ${api}/api_tokens`, all(200), `${api}/api_tokens?usedbefore=2001-01-01T00:00:00Z`),

  row(`GET ${api}/repositories/:namespace/:reponame/tags`, andRobot(reader(200), 200), `${app}/tags`),
  row(`GET ${api}/repositories/:namespace/:reponame/tags/:reference`, andRobot(reader(404), 404), `${app}/tags/none`),
  row(
    `DELETE ${api}/repositories/:namespace/:reponame/tags/:reference`,
    [...nobody, 404, 404, 403, 404, 404, 404, 404],
    `${app}/tags/none`,
  ),
  row(`DELETE ${api}/accounts/:namespace`, systemAdmin(404), `${api}/accounts/none`),
  row(
    `DELETE ${api}/accounts/:namespace/repositories`,
    [...nobody, 403, 403, 403, 403, 403, 403, 404],
    `${api}/accounts/none/repositories`,
  ),
  row(`DELETE ${api}/accounts/:namespace/repositories`, self(204), `${api}/accounts/rita/repositories`),
  row(`GET ${api}/repositories/:namespace/:reponame/manifests`, andRobot(reader(200), 200), `${app}/manifests`),
  row(
    `DELETE ${api}/repositories/:namespace/:reponame/manifests/:reference`,
    [...nobody, 404, 404, 403, 404, 404, 404, 404],
    `${app}/manifests/none`,
  ),
  row(`GET ${api}/index/autocomplete`, all(200), `${api}/index/autocomplete?query=app`),
  row(`GET ${api}/index/dockersearch`, andRobot(all(200), 200), `${api}/index/dockersearch?q=app`),
  // Whoever says who they are has to be who they say.
  row(
    'GET /v1/search',
    people.map((who) => (['idle', 'expired', 'revoked'].includes(who ?? '') ? 401 : 200)),
    '/v1/search?q=app',
  ),
  row('GET /ca', everybody(404)),
  row(`GET ${api}/content_caches`, all(200)),
  row(`POST ${api}/content_caches`, systemAdmin(201), undefined, { name: 'near', host: 'https://cache.example' }),
  row(`GET ${api}/content_caches/:contentcacheuuid`, all(404), `${api}/content_caches/${id}`),
  row(`DELETE ${api}/content_caches/:contentcacheuuid`, systemAdmin(404), `${api}/content_caches/${id}`),
  row(`GET ${api}/accounts/:username/settings`, self(200), `${api}/accounts/rita/settings`),
  row(`PATCH ${api}/accounts/:username/settings`, self(200), `${api}/accounts/rita/settings`, {}),
  row('GET /enzi/v0/conf/auth/ldap', systemAdmin(200)),
  row('PUT /enzi/v0/conf/auth/ldap', systemAdmin(405)),
  row(`GET ${api}/admin/version`, all(200)),

  row(`GET ${api}/robots`, all(200)),
  row(`GET ${api}/robots`, owner(200), `${api}/robots?namespace=acme`),
  row(`POST ${api}/robots`, owner(400), undefined, { ...robot, namespace: 'acme' }),
  row(`POST ${api}/robots`, systemAdmin(400), undefined, robot),
  row(`GET ${api}/robots/:robot`, all(404), `${api}/robots/${id}`),
  row(`PATCH ${api}/robots/:robot`, all(404), `${api}/robots/${id}`, { isActive: false }),
  row(`POST ${api}/robots/:robot/rotate`, all(404), `${api}/robots/${id}/rotate`),
  row(`DELETE ${api}/robots/:robot`, all(404), `${api}/robots/${id}`),
  row(`PATCH ${api}/robots/:robot`, [...nobody, 404, 404, 404, 404, 404, 200, 200], `${api}/robots/robot$acme+ci`, {
    description: 'builds',
  }),

  row(`GET ${api}/jobs`, systemAdmin(200)),
  row(`POST ${api}/jobs`, systemAdmin(202), undefined, { action: 'sleep' }),
  row(`GET ${api}/jobs/:jobID`, systemAdmin(404), `${api}/jobs/none`),
  row(`DELETE ${api}/jobs/:jobID`, systemAdmin(404), `${api}/jobs/none`),
  row(`POST ${api}/jobs/:jobID/cancel`, systemAdmin(404), `${api}/jobs/none/cancel`),
  row(`GET ${api}/jobs/:jobID/logs`, systemAdmin(404), `${api}/jobs/none/logs`),
  row(`GET ${api}/meta/analytics/preview`, systemAdmin(200)),
  row(`PATCH ${api}/jobs/:jobID`, systemAdmin(404), `${api}/jobs/none`, { priority: 1 }),
  row(`POST ${api}/jobs/:jobID/pause`, systemAdmin(404), `${api}/jobs/none/pause`, {}),
  row(`POST ${api}/jobs/:jobID/resume`, systemAdmin(404), `${api}/jobs/none/resume`, {}),
  row(`POST ${api}/jobs/:jobID/rerun`, systemAdmin(404), `${api}/jobs/none/rerun`),
  row(`POST ${api}/jobs/cancel`, systemAdmin(200), undefined, { action: 'false' }),
  row(`GET ${api}/actions`, all(200)),
  row(`GET ${api}/actions/:action`, all(200), `${api}/actions/sleep`),
  row(`GET ${api}/action_configs`, systemAdmin(200)),
  row(`POST ${api}/action_configs`, systemAdmin(202), undefined, { action: 'sleep', parameters: { seconds: '1' } }),
  row(`GET ${api}/action_configs/:action`, systemAdmin(404), `${api}/action_configs/false`),
  row(`DELETE ${api}/action_configs/:action`, systemAdmin(404), `${api}/action_configs/false`),
  row(`GET ${api}/crons`, systemAdmin(200)),
  row(`POST ${api}/crons`, systemAdmin(202), undefined, { action: 'sleep', schedule: '@daily' }),
  row(`GET ${api}/crons/:cron`, systemAdmin(404), `${api}/crons/false`),
  row(`DELETE ${api}/crons/:cron`, systemAdmin(404), `${api}/crons/false`),
  row(`POST ${api}/crons/:cron/pause`, systemAdmin(404), `${api}/crons/false/pause`, {}),
  row(`POST ${api}/crons/:cron/resume`, systemAdmin(404), `${api}/crons/false/resume`, {}),
  row(`POST ${api}/crons/:cron/trigger`, systemAdmin(404), `${api}/crons/false/trigger`),

  row(`GET ${api}/workers`, systemAdmin(200)),
  row(`POST ${api}/workers/:workerID/capacity`, systemAdmin(404), `${api}/workers/none/capacity`, { capacityMap: {} }),
  row(`GET ${api}/deployments`, systemAdmin(200)),
  row(`PUT ${api}/deployments/:name/capacity`, systemAdmin(200), `${api}/deployments/none/capacity`, {
    capacityMap: {},
  }),
  row(`GET ${api}/queues`, systemAdmin(200)),
  row(`PATCH ${api}/queues/:action`, systemAdmin(200), `${api}/queues/sleep`, { paused: false }),
  row(`GET ${api}/events`, all(200)),
  row(`GET ${api}/repositories/:namespace/:reponame/events`, andRobot(reader(200), 200), `${app}/events`),
  row(`GET ${api}/meta/features`, all(200)),
  row(`GET ${api}/meta/alerts`, systemAdmin(200)),
  row(`GET ${api}/meta/cluster_status`, systemAdmin(200)),
  row(`GET ${api}/accounts/language`, all(200)),
  row(`GET ${api}/meta/settings`, systemAdmin(200)),
  row(`POST ${api}/meta/settings`, systemAdmin(202), undefined, { disableUpgrades: false }),

  row(`GET ${api}/webhooks`, all(200)),
  row(`POST ${api}/webhooks`, systemAdmin(201), undefined, hook),
  row(`POST ${api}/webhooks`, owner(201), undefined, { ...hook, key: 'acme' }),
  row(`POST ${api}/webhooks`, [...nobody, 403, 403, 403, 403, 201, 201, 201], undefined, { ...hook, key: 'acme/app' }),
  row(`POST ${api}/webhooks/update`, all(404), undefined, { id, inactive: true }),
  row(`POST ${api}/webhooks/test`, all(400), undefined, { ...hook, endpoint: 'http://169.254.169.254/' }),
  row(`DELETE ${api}/webhooks/:webhook`, all(404), `${api}/webhooks/${id}`),
  row(`GET ${api}/accounts/:namespace/webhooks`, owner(200), `${api}/accounts/acme/webhooks`),
  row(`GET ${api}/repositories/:namespace/:reponame/webhooks`, repositoryAdmin(200), `${app}/webhooks`),

  row(`GET ${api}/repositories`, andRobot(all(200), 200)),
  row(`GET ${api}/repositories/:namespace`, andRobot(all(200), 200), `${api}/repositories/acme`),
  row(`POST ${api}/repositories/:namespace`, owner(400), `${api}/repositories/acme`, { name: 'app' }),
  row(`POST ${api}/repositories/:namespace`, self(400), `${api}/repositories/rita`, { name: '..' }),
  row(`GET ${api}/repositories/:namespace/:reponame`, andRobot(reader(200), 200), app),
  row(`GET ${api}/repositories/:namespace/:reponame`, andRobot(all(200), 200), `${api}/repositories/acme/open`),
  row(
    `GET ${api}/repositories/:namespace/:reponame`,
    andRobot([...nobody, 404, 404, 404, 404, 404, 200, 200], 404),
    `${api}/repositories/acme/hidden`,
  ),
  row(`PATCH ${api}/repositories/:namespace/:reponame`, repositoryAdmin(200), app, { tagLimit: 0 }),
  row(
    `PATCH ${api}/repositories/:namespace/:reponame`,
    [...nobody, 403, 403, 403, 403, 403, 200, 200],
    `${api}/repositories/acme/open`,
    { tagLimit: 0 },
  ),
  row(`DELETE ${api}/repositories/:namespace/:reponame`, all(404), `${api}/repositories/acme/none`),
  row(
    `DELETE ${api}/repositories/:namespace/:reponame`,
    [...nobody, 403, 403, 403, 403, 403, 204, 404],
    `${api}/repositories/acme/doomed`,
  ),

  row(`GET ${api}/repositories/:namespace/:reponame/teamAccess`, repositoryAdmin(200), `${app}/teamAccess`),
  row(
    `PUT ${api}/repositories/:namespace/:reponame/teamAccess/:team`,
    repositoryAdmin(200),
    `${app}/teamAccess/readers`,
    { accessLevel: 'read-only' },
  ),
  row(
    `DELETE ${api}/repositories/:namespace/:reponame/teamAccess/:team`,
    repositoryAdmin(404),
    `${app}/teamAccess/nobody`,
  ),
  row(
    `GET ${api}/repositoryNamespaces/:namespace/teamAccess`,
    member(200),
    `${api}/repositoryNamespaces/acme/teamAccess`,
  ),
  row(
    `GET ${api}/repositoryNamespaces/:namespace/teamAccess/:team`,
    member(404),
    `${api}/repositoryNamespaces/acme/teamAccess/readers`,
  ),
  row(
    `PUT ${api}/repositoryNamespaces/:namespace/teamAccess/:team`,
    owner(404),
    `${api}/repositoryNamespaces/acme/teamAccess/nobody`,
    { accessLevel: 'admin' },
  ),
  row(
    `DELETE ${api}/repositoryNamespaces/:namespace/teamAccess/:team`,
    owner(204),
    `${api}/repositoryNamespaces/acme/teamAccess/readers`,
  ),
  row(
    `GET ${api}/accounts/:organization/teams/:team/repositoryAccess`,
    [...nobody, 403, 403, 200, 403, 403, 200, 200],
    `${api}/accounts/acme/teams/readers/repositoryAccess`,
  ),
  row(
    `GET ${api}/accounts/:username/repositoryAccess/:namespace/:reponame`,
    self(200),
    `${api}/accounts/rita/repositoryAccess/acme/app`,
  ),

  row(`GET ${enzi}`, all(200)),
  row(`POST ${enzi}`, systemAdmin(409), undefined, { name: 'acme', isOrg: true }),
  row(`GET ${enzi}/:username`, all(200), `${enzi}/rita`),
  row(`PATCH ${enzi}/:username`, self(200), `${enzi}/rita`, { fullName: 'Rita' }),
  // Nothing changes by it; what would is in sent-back.test.ts.
  row(`PATCH ${enzi}/:username`, self(200), `${enzi}/rita`, { isActive: true, isAdmin: false }),
  row(`PATCH ${enzi}/:username`, systemAdmin(200), `${enzi}/acme`, { fullName: 'Acme' }),
  row(`DELETE ${enzi}/:username`, systemAdmin(404), `${enzi}/none`),
  row(`POST ${enzi}/:username/changePassword`, self(400), `${enzi}/rita/changePassword`, { newPassword: 'short' }),
  row(`GET ${enzi}/:username/publicKeys`, self(200), `${enzi}/rita/publicKeys`),
  row(`POST ${enzi}/:username/publicKeys`, self(400), `${enzi}/rita/publicKeys`, { publicKey: 'none' }),
  row(`DELETE ${enzi}/:username/publicKeys/:key`, self(404), `${enzi}/rita/publicKeys/none`),
  row(`GET ${enzi}/:username/organizations`, self(200), `${enzi}/rita/organizations`),
  row(`GET ${enzi}/:organization/members`, member(200), `${enzi}/acme/members`),
  row(`GET ${enzi}/:organization/members/:member`, member(200), `${enzi}/acme/members/max`),
  row(`PUT ${enzi}/:organization/members/:member`, owner(200), `${enzi}/acme/members/max`, {}),
  row(`DELETE ${enzi}/:organization/members/:member`, owner(404), `${enzi}/acme/members/sue`),
  row(`GET ${enzi}/:organization/teams`, member(200), `${enzi}/acme/teams`),
  row(`POST ${enzi}/:organization/teams`, owner(409), `${enzi}/acme/teams`, { name: 'readers' }),
  row(`GET ${enzi}/:organization/teams/:team`, member(200), `${enzi}/acme/teams/readers`),
  row(`PATCH ${enzi}/:organization/teams/:team`, owner(200), `${enzi}/acme/teams/readers`, { description: 'read' }),
  row(`DELETE ${enzi}/:organization/teams/:team`, owner(404), `${enzi}/acme/teams/nobody`),
  row(`GET ${enzi}/:organization/teams/:team/members`, member(200), `${enzi}/acme/teams/readers/members`),
  row(`GET ${enzi}/:organization/teams/:team/members/:member`, member(200), `${enzi}/acme/teams/readers/members/rita`),
  row(
    `PUT ${enzi}/:organization/teams/:team/members/:member`,
    owner(200),
    `${enzi}/acme/teams/readers/members/rita`,
    {},
  ),
  row(`DELETE ${enzi}/:organization/teams/:team/members/:member`, owner(404), `${enzi}/acme/teams/readers/members/max`),
  row(
    `GET ${enzi}/:organization/teams/:team/memberSyncConfig`,
    owner(200),
    `${enzi}/acme/teams/readers/memberSyncConfig`,
  ),
  row(
    `PUT ${enzi}/:organization/teams/:team/memberSyncConfig`,
    owner(200),
    `${enzi}/acme/teams/readers/memberSyncConfig`,
    { enableSync: false },
  ),
];

/** An access token of the administrator that was deleted. */
async function revokedToken(server: TestApi): Promise<string> {
  const { json } = await server.send('POST', `${api}/api_tokens`, { body: {} });
  const { token, hashedToken } = json as { token: string; hashedToken: string };
  assert.equal((await server.send('DELETE', `${api}/api_tokens/${hashedToken}`)).status, 200);
  return token;
}

type SendAs = (who: Person, method: string, path: string, request: ApiRequest) => Promise<ApiResponse>;

/** Starts the API with everybody of the matrix. */
async function startWithPeople(t: TestContext): Promise<{ server: TestApi; sendAs: SendAs }> {
  const server = await startApi(t);
  const { send } = await createOrganization(server);
  await server.pool.query(`INSERT INTO registry.repositories (namespace, name, visibility)
                           VALUES ('acme', 'doomed', 'public')`);
  const permissions = [{ repository: 'acme/app', actions: ['pull'] }];
  const made = await send('admin', 'POST', `${api}/robots`, { name: 'ci', namespace: 'acme', permissions });
  assert.equal(made.status, 201, made.text);
  const proofs: Partial<Record<string, { authorization: string }>> = {
    expired: await bearer(server, 'admin', new Date(Date.now() - (tokenLifeSeconds + 60) * 1_000)),
    revoked: basic('admin', await revokedToken(server)),
  };
  const tokens = new Map<Person, ApiRequest['headers']>(Object.entries(proofs));
  for (const who of users) if (who !== undefined) tokens.set(who, await bearer(server, who));
  tokens.set('robot$acme+ci', await bearer(server, 'robot$acme+ci'));
  const sendAs: SendAs = (who, method, path, { headers, ...request }) =>
    server.send(method, path, { as: null, headers: { ...tokens.get(who), ...headers }, ...request });
  return { server, sendAs };
}

test('who gets what from every route', { timeout: 120_000 }, async (t) => {
  const { server, sendAs } = await startWithPeople(t);
  const entered = new Set(matrix.map(({ route }) => route));
  const served = server.routes.filter(({ method }) => method !== 'HEAD').map(({ method, url }) => `${method} ${url}`);
  assert.deepEqual([...entered].toSorted(), [...new Set(served)].toSorted(), 'every route is in the matrix');

  for (const { route, path, body, expected } of matrix) {
    const [method = '', template = ''] = route.split(' ');
    const statuses: string[] = [];
    for (const who of people) {
      const { status } = await sendAs(who, method, path ?? template, { body });
      statuses.push(`${who ?? 'nobody'} ${status}`);
    }
    const wanted = people.map((who, index) => `${who ?? 'nobody'} ${expected[index]}`);
    assert.deepEqual(statuses, wanted, `${route} at ${path ?? template}`);
  }
});

// Who may send these is said by the body, of which just enough is read to judge that.
const judgedByBody = new Set([`POST ${api}/robots`, `POST ${api}/webhooks`]);
// Everybody may change their own accounts, and what of them only administrators may change is judged by the value.
const judgedByField = new Set([`PATCH ${enzi}/:username`]);
const refusals = new Set([401, 403, 404]);
const mebibyte = 1024 * 1024;

/** Requests that are wrong in one way each. */
function wrongRequests(body: unknown): Record<string, ApiRequest> {
  return {
    'broken JSON': { rawBody: '{"name":' },
    'no object': { rawBody: '[]' },
    'unknown properties': { body: { ...(body as object), nonsense: 1 } },
    'a body of nearly 1 MiB': { body: { ...(body as object), name: 'x'.repeat(mebibyte - 1_000) } },
    'a body of more than 1 MiB': { rawBody: `{"name":"${'x'.repeat(mebibyte)}"}` },
    'another type': { rawBody: 'a=b', headers: { 'content-type': 'text/plain' } },
  };
}

test('access is judged before what a request says', { timeout: 300_000 }, async (t) => {
  const { sendAs } = await startWithPeople(t);
  let judged = 0;
  for (const { route, path, body, expected } of matrix) {
    const [method = '', template = ''] = route.split(' ');
    if (judgedByField.has(route)) continue;
    const target = path ?? template;
    // Where administrators get a 404 as well, it is not about access.
    const wrong: Record<string, ApiRequest> =
      method === 'GET' || method === 'DELETE' ? { 'an unknown parameter': {} } : wrongRequests(body);
    for (const [what, request] of Object.entries(wrong)) {
      if (judgedByBody.has(route) && !['unknown properties', 'a body of nearly 1 MiB'].includes(what)) continue;
      const asked = what === 'an unknown parameter' ? `${target}${target.includes('?') ? '&' : '?'}nonsense=1` : target;
      for (const [index, who] of people.entries()) {
        const status = expected[index] ?? 0;
        const isAboutAccess = refusals.has(status) && !(status === 404 && expected[users.indexOf('admin')] === 404);
        if (!isAboutAccess) continue;
        const response = await sendAs(who, method, asked, request);
        assert.equal(
          response.status,
          status,
          `${route} at ${asked} by ${who ?? 'nobody'} with ${what}: ${response.text}`,
        );
        judged++;
      }
    }
  }
  t.diagnostic(`${judged} requests of people without access`);
  assert.ok(judged > 1_000);
});
