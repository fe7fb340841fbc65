import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LimitName, limitNames, limits } from '../../settings/limits.ts';
import { createTestCertificate } from '../support/certificates.ts';
import { limitsOfPushes } from '../support/limits-of-pushes.ts';
import { createOrganization } from '../accounts/organization.ts';
import { dockerLogin, password, startApi, type ApiRequest, type ApiResponse, type TestApi } from './test-api.ts';

const api0 = '/api/v0';
const enzi = '/enzi/v0/accounts';
const hook = { type: 'TAG_PUSH', endpoint: 'https://192.0.2.1/' };

interface Making {
  readonly limit: LimitName;
  /** The how manyth request that makes one more. */
  readonly request: (number: number) => ApiRequest & { readonly path?: string };
  /** How many there are. */
  readonly count: string;
  /** What goes before all. */
  readonly prepare?: (api: TestApi) => Promise<void>;
}

const certificates = await Promise.all(
  Array.from({ length: 20 }, async (_, index) => (await createTestCertificate(`client ${index}`)).certificate),
);
const permissions = (repository: string) => [{ repository, actions: ['pull'] }];
const ofAda = `account_id = (SELECT id FROM accounts.accounts WHERE name = 'ada')`;
const waiting = `SELECT FROM jobs.jobs WHERE status = 'waiting' AND trigger = 'api' AND requested_by = 'admin'`;

const webhook = (limit: LimitName, key: string): Making => ({
  limit,
  request: () => ({ body: { ...hook, key } }),
  count: `SELECT FROM registry.webhooks WHERE key = '${key}'`,
});

const job = (request: Making['request'], prepare?: Making['prepare']): Making => ({
  limit: 'maxWaitingJobsPerAccount',
  request,
  count: waiting,
  ...(prepare && { prepare }),
});

const adminsAlone = 'accounts are made by system administrators alone';
const changes = 'changes what is there';
const temporal = 'what Temporal has, by its UI, for system administrators';
const steers = 'steers jobs that are there';

// Every route that could make something, with what it makes and the limit on it, or why there is none. A new route fails
// the test: enter it here.
const makings: Readonly<Record<string, string | readonly Making[]>> = {
  [`POST ${api0}/repositories/:namespace`]: [
    {
      limit: 'maxRepositoriesPerNamespace',
      request: (number) => ({ path: `${api0}/repositories/ada`, as: 'ada', body: { name: `app-${number}` } }),
      count: `SELECT FROM registry.repositories WHERE namespace = 'ada'`,
    },
  ],
  [`POST ${api0}/webhooks`]: [
    webhook('maxWebhooksPerRepository', 'acme/app'),
    webhook('maxWebhooksPerNamespace', 'acme'),
    webhook('maxWebhooksOfInstallation', ''),
  ],
  [`POST ${api0}/robots`]: [
    {
      limit: 'maxRobotsPerNamespace',
      request: (number) => ({
        body: { name: `ci-${number}`, namespace: 'acme', permissions: permissions('acme/app') },
      }),
      count: `SELECT FROM accounts.robots WHERE namespace = 'acme'`,
    },
    {
      limit: 'maxRobotsOfInstallation',
      request: (number) => ({ body: { name: `ci-${number}`, permissions: permissions('acme/app') } }),
      count: 'SELECT FROM accounts.robots WHERE namespace IS NULL',
    },
  ],
  [`POST ${enzi}/:organization/teams`]: [
    {
      limit: 'maxTeamsPerOrganization',
      request: (number) => ({ path: `${enzi}/acme/teams`, body: { name: `team-${number}` } }),
      count: `SELECT FROM accounts.teams t JOIN accounts.accounts o ON o.id = t.org_id WHERE o.name = 'acme'`,
      prepare: async ({ pool }) => void (await pool.query('DELETE FROM accounts.teams')),
    },
  ],
  [`POST ${api0}/api_tokens`]: [
    {
      limit: 'maxAccessTokensPerAccount',
      request: () => ({ as: 'ada', body: {} }),
      count: `SELECT FROM accounts.client_tokens WHERE generated_by = 'user' AND ${ofAda}`,
    },
  ],
  'POST /auth/token': [
    {
      limit: 'maxRefreshTokensPerAccount',
      request: () => dockerLogin,
      count: `SELECT FROM accounts.client_tokens WHERE generated_by = 'auto' AND ${ofAda}`,
    },
  ],
  'POST /enzi/v0/login': [
    {
      limit: 'maxSessionsPerAccount',
      request: () => ({ as: null, body: { username: 'ada', password } }),
      count: `SELECT FROM accounts.sessions WHERE ${ofAda}`,
    },
  ],
  [`POST ${enzi}/:username/publicKeys`]: [
    {
      limit: 'maxPublicKeysPerAccount',
      request: (number) => ({
        path: `${enzi}/ada/publicKeys`,
        as: 'ada',
        body: { publicKey: certificates[number % certificates.length] },
      }),
      count: `SELECT FROM accounts.public_keys WHERE ${ofAda}`,
    },
  ],
  [`POST ${api0}/jobs`]: [job(() => ({ body: { action: 'sleep' } }))],
  [`POST ${api0}/jobs/:jobID/rerun`]: [
    job(
      () => ({ path: `${api0}/jobs/ended/rerun` }),
      async ({ pool }) => {
        await pool.query(
          `INSERT INTO jobs.jobs (id, action, status, parameters, capacity_map, retry_from_id, retries_left,
             retries_total, deadline, stop_timeout, trigger, requested_by, scheduled_at, ended_at)
           VALUES ('ended', 'sleep', 'done', '{}', '{}', '', 0, 0, '', '', 'api', 'admin', now(), now())`,
        );
      },
    ),
  ],
  [`POST ${api0}/crons/:cron/trigger`]: [
    job(
      () => ({ path: `${api0}/crons/sleep/trigger` }),
      async (api) => {
        const made = await api.send('POST', `${api0}/crons`, { body: { action: 'sleep', schedule: '@daily' } });
        assert.equal(made.status, 202, made.text);
      },
    ),
  ],
  [`POST ${api0}/crons`]: [
    {
      limit: 'maxCrons',
      request: (number) => ({ body: { name: `cron-${number}`, action: 'sleep', schedule: '@daily' } }),
      count: 'SELECT FROM jobs.crons',
      prepare: async ({ pool }) => void (await pool.query('DELETE FROM jobs.crons')),
    },
  ],
  [`PUT ${api0}/deployments/:name/capacity`]: [
    {
      limit: 'maxDeployments',
      request: (number) => ({ path: `${api0}/deployments/d${number}/capacity`, body: { capacityMap: {} } }),
      count: 'SELECT FROM jobs.deployments',
    },
  ],

  [`POST ${api0}/content_caches`]: [
    {
      limit: 'maxContentCaches',
      request: (number) => ({ body: { name: `cache ${number}`, host: 'cache.example' } }),
      count: 'SELECT FROM accounts.content_caches',
    },
  ],

  [`PATCH ${api0}/accounts/:username/settings`]: 'one record of each user',
  'PUT /enzi/v0/conf/auth/ldap': 'changes nothing',
  ...Object.fromEntries(
    ['POST', 'PUT', 'PATCH'].flatMap((method) => [
      [`${method} /temporal`, temporal],
      [`${method} /temporal/*`, temporal],
    ]),
  ),
  [`POST ${enzi}`]: adminsAlone,
  [`PUT ${enzi}/:organization/members/:member`]: 'a member is a user, and each is one at most once',
  [`PUT ${enzi}/:organization/teams/:team/members/:member`]: 'a member is a user, and each is one at most once',
  [`PUT ${enzi}/:organization/teams/:team/memberSyncConfig`]: 'the form has a hundred groups of each provider at most',
  [`PUT ${api0}/repositories/:namespace/:reponame/teamAccess/:team`]: 'one for each team at most',
  [`PUT ${api0}/repositoryNamespaces/:namespace/teamAccess/:team`]: 'one for each team at most',
  [`POST ${api0}/action_configs`]: 'one for each action at most',
  [`PATCH ${api0}/queues/:action`]: 'one for each action at most',
  [`POST ${api0}/workers/:workerID/capacity`]: changes,
  [`PATCH ${enzi}/:username`]: changes,
  [`POST ${enzi}/:username/changePassword`]: changes,
  [`PATCH ${enzi}/:organization/teams/:team`]: changes,
  [`PATCH ${api0}/api_tokens/:hashedtoken`]: changes,
  [`PATCH ${api0}/robots/:robot`]: changes,
  [`POST ${api0}/robots/:robot/rotate`]: changes,
  [`PATCH ${api0}/repositories/:namespace/:reponame`]: changes,
  [`POST ${api0}/meta/settings`]: changes,
  [`POST ${api0}/webhooks/update`]: changes,
  [`POST ${api0}/webhooks/test`]: 'keeps nothing, one for each account at a time',
  [`POST ${api0}/crons/:cron/pause`]: changes,
  [`POST ${api0}/crons/:cron/resume`]: changes,
  [`PATCH ${api0}/jobs/:jobID`]: steers,
  [`POST ${api0}/jobs/:jobID/cancel`]: steers,
  [`POST ${api0}/jobs/:jobID/pause`]: steers,
  [`POST ${api0}/jobs/:jobID/resume`]: steers,
  [`POST ${api0}/jobs/cancel`]: steers,
  'POST /enzi/v0/logout': 'ends a session',
};

const max = 7;
const atOnce = 50;

async function countOf({ pool }: TestApi, query: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(`SELECT count(*) AS count FROM (${query}) things`);
  return rows[0]?.count ?? -1;
}

/** How far many requests at once get. */
async function attack(api: TestApi, route: string, { limit, request, count, prepare }: Making): Promise<void> {
  const what = `${route}: ${limit}`;
  await prepare?.(api);
  const before = await countOf(api, count);
  assert.ok(before < max, `${what}: there is room`);
  const set = await api.send('POST', `${api0}/meta/settings`, { body: { [limit]: max } });
  assert.equal(set.status, 202, set.text);
  const [method = '', template = ''] = route.split(' ');
  const answers: ApiResponse[] = await Promise.all(
    Array.from({ length: atOnce }, (_, number) => {
      const { path = template, ...rest } = request(number);
      return api.send(method, path, rest);
    }),
  );
  assert.equal(await countOf(api, count), max, what);
  const refused = answers.filter(({ status }) => status >= 300);
  const remedy = 'remedy' in limits[limit];
  assert.equal(refused.length, remedy ? atOnce - (max - before) : 0, `${what}: ${refused[0]?.text}`);
  for (const { outcome, message } of refused) {
    if (outcome === '409 PUBLIC_KEY_EXISTS') continue;
    assert.equal(outcome, '409 LIMIT_REACHED', what);
    assert.match(message, new RegExp(`has 7 .*the setting ${limit} allows: .*at /api/v0/meta/settings`));
  }
  await api.send('POST', `${api0}/meta/settings`, { body: { [limit]: limits[limit].default } });
}

test('no route makes more than its limit allows, however many ask at once', { timeout: 300_000 }, async (t) => {
  const api = await startApi(t);
  await createOrganization(api);
  const makers = api.routes.filter(({ method }) => ['POST', 'PUT', 'PATCH'].includes(method));
  assert.deepEqual(
    Object.keys(makings).toSorted(),
    makers.map(({ method, url }) => `${method} ${url}`).toSorted(),
    'every route that could make something is here',
  );
  const met = new Set<LimitName>(limitsOfPushes);
  for (const [route, making] of Object.entries(makings)) {
    if (typeof making === 'string') continue;
    for (const each of making) {
      await attack(api, route, each);
      met.add(each.limit);
      if (each.limit === 'maxWaitingJobsPerAccount') await api.pool.query('TRUNCATE jobs.jobs, jobs.outbox CASCADE');
    }
  }
  assert.deepEqual([...met].toSorted(), limitNames.toSorted(), 'every limit is met by a route');
});

test('every limit is a setting, shown with its default, that takes whole numbers from 1 to a million', async (t) => {
  const api = await startApi(t);
  const path = `${api0}/meta/settings`;
  const shown = (await api.send('GET', path)).json as Record<string, unknown>;
  for (const name of limitNames) {
    assert.equal(shown[name], limits[name].default, name);
    for (const wrong of [0, -1, 1.5, 1_000_001, '5', null, true]) {
      const { outcome } = await api.send('POST', path, { body: { [name]: wrong } });
      assert.equal(outcome, '400 INVALID_SETTINGS', `${name}: ${JSON.stringify(wrong)}`);
    }
  }
});

test('a change of one setting leaves the others as somebody has set them', async (t) => {
  const api = await startApi(t);
  const path = `${api0}/meta/settings`;
  await api.send('POST', path, { body: { maxCrons: 5, createRepositoryOnPush: false, jobHistoryMaxAge: '24h' } });
  const before = (await api.send('GET', path)).json as Record<string, unknown>;
  const { json } = await api.send('POST', path, { body: { maxDeployments: 6 } });
  assert.deepEqual(json, { ...before, maxDeployments: 6 });
  assert.deepEqual(
    [before['maxCrons'], before['createRepositoryOnPush'], before['jobHistoryMaxAge']],
    [5, false, '24h'],
  );
});

test('what there is beyond a limit that became smaller stays, and what only changes it goes on', async (t) => {
  const api = await startApi(t);
  const cron = (name: string, schedule: string) =>
    api.send('POST', `${api0}/crons`, { body: { name, action: 'sleep', schedule } });
  for (const name of ['one', 'two', 'three']) assert.equal((await cron(name, '@daily')).status, 202);
  await api.send('POST', `${api0}/meta/settings`, { body: { maxCrons: 1 } });
  assert.equal((await cron('two', '@hourly')).status, 202);
  assert.equal((await cron('four', '@daily')).outcome, '409 LIMIT_REACHED');
  const { crons } = (await api.send('GET', `${api0}/crons`)).json as { crons: unknown[] };
  assert.equal(crons.length, 3);
});
