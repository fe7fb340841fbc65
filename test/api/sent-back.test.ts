import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOrganization } from '../accounts/organization.ts';
import { type PlacedSchema, walkSchema } from './schema-walk.ts';
import { type ApiRequest, basic, startApi, type TestApi } from './test-api.ts';

const api0 = '/api/v0';
const enzi = '/enzi/v0/accounts';

type Fields = Readonly<Record<string, unknown>>;

interface Resource {
  /** Where the object is read. */
  readonly read: string;
  /** Which of a list it is, or what of an answer. */
  readonly pick?: (answer: Fields & readonly Fields[]) => unknown;
  /** By which requests it is sent back: method and path. The route is that of the key. */
  readonly send: string;
  readonly as?: ApiRequest['as'];
  /** What makes the object, or puts it into a state in which sending it back could go wrong. */
  readonly prepare?: (api: TestApi) => Promise<unknown>;
}

async function must(api: TestApi, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await api.send(method, path, { body });
  assert.ok(response.status < 300, `${method} ${path}: ${response.text}`);
  return response.json;
}

const entryOf = (list: string, name: string, value: string) => (answer: Fields) =>
  (answer[list] as readonly Fields[]).find((entry) => entry[name] === value);

const permissions = [
  { repository: 'acme/open', actions: ['push', 'pull'] },
  { repository: 'acme/app', actions: ['pull'] },
];
const robot = `${api0}/robots/${encodeURIComponent('robot$acme+ci')}`;
const hook = { type: 'TAG_PUSH', key: 'acme/app', endpoint: 'https://192.0.2.1/', skipTLSVerification: true };
const firstOf = (answer: readonly Fields[]) => answer[0];

// Every request that changes an object which can be read, and how the object is sent back by it. A new route of PUT or PATCH
// fails the test: enter it here, or below.
const resources: Readonly<Record<string, readonly Resource[]>> = {
  [`PATCH ${api0}/repositories/:namespace/:reponame`]: [
    {
      read: `${api0}/repositories/acme/app`,
      send: `${api0}/repositories/acme/app`,
      prepare: (api) => must(api, 'PATCH', `${api0}/repositories/acme/app`, { scanOnPush: true, tagLimit: 3 }),
    },
    {
      read: `${api0}/repositories/acme`,
      pick: entryOf('repositories', 'name', 'app'),
      send: `${api0}/repositories/acme/app`,
    },
  ],
  [`PATCH ${api0}/jobs/:jobID`]: [
    {
      read: `${api0}/jobs/waits`,
      send: `${api0}/jobs/waits`,
      prepare: (api) => insertJob(api, 'waits', 'waiting'),
    },
    { read: `${api0}/jobs/ended`, send: `${api0}/jobs/ended`, prepare: (api) => insertJob(api, 'ended', 'done') },
    { read: `${api0}/jobs`, pick: entryOf('jobs', 'id', 'ended'), send: `${api0}/jobs/ended` },
  ],
  [`POST ${api0}/crons`]: [
    {
      read: `${api0}/crons/nightly`,
      send: `${api0}/crons`,
      prepare: (api) =>
        must(api, 'POST', `${api0}/crons`, { action: 'sleep', name: 'nightly', schedule: '@daily', retries: 1 }),
    },
    {
      read: `${api0}/crons/sleep`,
      send: `${api0}/crons`,
      prepare: async (api) => {
        const cron = { action: 'sleep', schedule: '0 30 3 * * *', timeZone: 'Europe/Berlin', catchupWindow: '1h' };
        await must(api, 'POST', `${api0}/crons`, { ...cron, jitter: '30s', parameters: { seconds: '1' } });
        await must(api, 'POST', `${api0}/crons/sleep/pause`, { note: 'wait' });
      },
    },
    { read: `${api0}/crons`, pick: entryOf('crons', 'name', 'nightly'), send: `${api0}/crons` },
  ],
  [`POST ${api0}/action_configs`]: [
    {
      read: `${api0}/action_configs/sleep`,
      send: `${api0}/action_configs`,
      prepare: (api) => must(api, 'POST', `${api0}/action_configs`, { action: 'sleep', parameters: { seconds: '2' } }),
    },
  ],
  [`PATCH ${api0}/queues/:action`]: [
    {
      read: `${api0}/queues`,
      pick: entryOf('queues', 'action', 'sleep'),
      send: `${api0}/queues/sleep`,
      prepare: (api) =>
        must(api, 'PATCH', `${api0}/queues/sleep`, { paused: true, note: 'wait', maxRunning: 3, ratePerMinute: 60 }),
    },
    { read: `${api0}/queues`, pick: entryOf('queues', 'action', 'webhook'), send: `${api0}/queues/webhook` },
  ],
  [`POST ${api0}/workers/:workerID/capacity`]: [
    {
      read: `${api0}/workers`,
      pick: entryOf('workers', 'id', 'w1'),
      send: `${api0}/workers/w1/capacity`,
      prepare: (api) =>
        api.pool.query(
          `INSERT INTO jobs.deployments (name, capacity_map) VALUES ('default', '{"scan":2}');
           INSERT INTO jobs.workers (id, deployment, status, version, roles, heartbeat_expiration)
           VALUES ('w1', 'default', 'running', '1', '{worker}', now() + interval '1 hour')`,
        ),
    },
  ],
  [`PUT ${api0}/deployments/:name/capacity`]: [
    {
      read: `${api0}/deployments`,
      pick: entryOf('deployments', 'name', 'default'),
      send: `${api0}/deployments/default/capacity`,
    },
  ],
  [`POST ${api0}/webhooks/update`]: [
    {
      read: `${api0}/repositories/acme/app/webhooks`,
      pick: firstOf,
      send: `${api0}/webhooks/update`,
      prepare: async (api) => {
        await must(api, 'POST', `${api0}/webhooks`, hook);
        await api.pool.query('UPDATE registry.webhooks SET last_successful_at = now(), failing_since = now()');
      },
    },
  ],
  [`PATCH ${api0}/accounts/:username/settings`]: [
    { read: `${api0}/accounts/ada/settings`, send: `${api0}/accounts/ada/settings` },
    {
      read: `${api0}/accounts/ada/settings`,
      send: `${api0}/accounts/ada/settings`,
      prepare: async (api) => {
        const { id } = (await must(api, 'POST', `${api0}/content_caches`, { name: 'near', host: 'cache.example' })) as {
          id: string;
        };
        await must(api, 'PATCH', `${api0}/accounts/ada/settings`, { contentCacheUUID: id });
      },
    },
  ],
  [`PATCH ${api0}/api_tokens/:hashedtoken`]: [
    {
      read: `${api0}/api_tokens?username=ada`,
      pick: firstOf,
      send: `${api0}/api_tokens/HASH`,
      prepare: (api) => must(api, 'POST', `${api0}/api_tokens?username=ada`, { tokenLabel: 'CI' }),
    },
  ],
  [`POST ${api0}/meta/settings`]: [
    {
      read: `${api0}/meta/settings`,
      send: `${api0}/meta/settings`,
      prepare: (api) => must(api, 'POST', `${api0}/meta/settings`, { jobHistoryToKeep: 77, maxCrons: 7 }),
    },
  ],
  [`PUT ${api0}/repositories/:namespace/:reponame/teamAccess/:team`]: [
    {
      read: `${api0}/repositories/acme/app/teamAccess`,
      pick: (answer) => (answer['teamAccessList'] as readonly Fields[]).find(isOfWriters),
      send: `${api0}/repositories/acme/app/teamAccess/writers`,
    },
    {
      read: `${api0}/accounts/acme/teams/writers/repositoryAccess`,
      pick: (answer) => (answer['repositoryAccessList'] as readonly Fields[])[0],
      send: `${api0}/repositories/acme/app/teamAccess/writers`,
    },
  ],
  [`PUT ${api0}/repositoryNamespaces/:namespace/teamAccess/:team`]: [
    {
      read: `${api0}/repositoryNamespaces/acme/teamAccess/writers`,
      send: `${api0}/repositoryNamespaces/acme/teamAccess/writers`,
      prepare: (api) =>
        must(api, 'PUT', `${api0}/repositoryNamespaces/acme/teamAccess/writers`, { accessLevel: 'read-write' }),
    },
  ],
  [`PATCH ${api0}/robots/:robot`]: [
    {
      read: robot,
      send: robot,
      prepare: (api) =>
        must(api, 'POST', `${api0}/robots`, {
          name: 'ci',
          namespace: 'acme',
          description: 'builds',
          expiresAt: '2090-01-31T00:00:00Z',
          permissions,
        }),
    },
    {
      read: robot,
      send: robot,
      prepare: (api) =>
        api.pool.query(`UPDATE accounts.robots SET is_active = false, expires_at = '2020-02-29T12:34:56.789Z'`),
    },
  ],
  [`PATCH ${enzi}/:username`]: [
    { read: `${enzi}/ada`, send: `${enzi}/ada` },
    { read: `${enzi}/ada`, send: `${enzi}/ada`, as: 'ada' },
    { read: `${enzi}/admin`, send: `${enzi}/admin` },
    { read: `${enzi}/gone`, send: `${enzi}/gone` },
    { read: `${enzi}/acme`, send: `${enzi}/acme` },
    { read: `${enzi}?limit=100`, pick: entryOf('accounts', 'name', 'ada'), send: `${enzi}/ada` },
  ],
  [`PUT ${enzi}/:organization/members/:member`]: [
    { read: `${enzi}/acme/members/olga`, send: `${enzi}/acme/members/olga` },
    { read: `${enzi}/acme/members/max`, send: `${enzi}/acme/members/max` },
  ],
  [`PATCH ${enzi}/:organization/teams/:team`]: [
    {
      read: `${enzi}/acme/teams/writers`,
      send: `${enzi}/acme/teams/writers`,
      prepare: (api) => must(api, 'PATCH', `${enzi}/acme/teams/writers`, { description: 'who write' }),
    },
  ],
  [`PUT ${enzi}/:organization/teams/:team/members/:member`]: [
    { read: `${enzi}/acme/teams/writers/members/walt`, send: `${enzi}/acme/teams/writers/members/walt` },
  ],
  [`PUT ${enzi}/:organization/teams/:team/memberSyncConfig`]: [
    {
      read: `${enzi}/acme/teams/readers/memberSyncConfig`,
      send: `${enzi}/acme/teams/readers/memberSyncConfig`,
      prepare: (api) =>
        must(api, 'PUT', `${enzi}/acme/teams/readers/memberSyncConfig`, {
          enableSync: true,
          ldapGroups: ['readers', 'cn=all,dc=acme'],
          oidcGroups: ['read'],
        }),
    },
  ],
};

// Of PUT and PATCH, what changes nothing that can be read.
const others = new Set([
  'PUT /enzi/v0/conf/auth/ldap',
  'PUT /temporal',
  'PATCH /temporal',
  'PUT /temporal/*',
  'PATCH /temporal/*',
]);

function isOfWriters({ team }: Fields): boolean {
  return (team as { name: string }).name === 'writers';
}

async function insertJob({ pool }: TestApi, id: string, status: string): Promise<void> {
  await pool.query(
    `INSERT INTO jobs.jobs (id, action, status, parameters, capacity_map, retry_from_id, retries_left,
       retries_total, deadline, stop_timeout, trigger, requested_by, scheduled_at, ended_at)
     VALUES ($1, 'sleep', $2, '{"seconds":"1"}', '{"scan":1}', $1, 1, 2, '1h', '', 'api', 'admin', now(),
       CASE WHEN $2 = 'done' THEN now() END)`,
    [id, status],
  );
}

const noPick = (answer: unknown): unknown => answer;

/** What changes by itself. */
function steady(object: unknown): unknown {
  const { nextRun: _nextRun, nextRuns: _nextRuns, waitingReason: _reason, ...rest } = object as Fields;
  return rest;
}

test('what was read can be sent back, and changes nothing', async (t) => {
  const api = await startApi(t);
  await createOrganization(api);
  const changing = api.routes
    .map(({ method, url }) => `${method} ${url}`)
    .filter((route) => /^(PUT|PATCH) /.test(route) && !others.has(route));
  const byPost = Object.keys(resources).filter((route) => route.startsWith('POST '));
  assert.deepEqual(Object.keys(resources).toSorted(), [...changing, ...byPost].toSorted(), 'what changes an object');
  for (const [route, list] of Object.entries(resources)) {
    const [method = ''] = route.split(' ');
    for (const { read, pick = noPick, send, as, prepare } of list) {
      await prepare?.(api);
      const readIt = async (): Promise<unknown> => {
        const response = await api.send('GET', read, { ...(as && { as }) });
        assert.equal(response.outcome, '200', `${read}: ${response.text}`);
        const object = (pick as (answer: unknown) => unknown)(response.json);
        assert.equal(typeof object, 'object', `${read}: ${response.text}`);
        return object;
      };
      const before = await readIt();
      const { rows: generations } = await api.pool.query('SELECT * FROM accounts.ended_generations');
      const path = send.replace('HASH', String((before as Fields)['hashedToken']));
      const sent = await api.send(method, path, { body: before, ...(as && { as }) });
      assert.ok(sent.status < 300, `${route}, ${read}: ${sent.text}`);
      assert.deepEqual(steady(await readIt()), steady(before), `${route}, ${read}: it is as it was`);
      const { rows: after } = await api.pool.query('SELECT * FROM accounts.ended_generations');
      assert.deepEqual(after, generations, `${route}: no token has ended by that`);

      const unknown = await api.send(method, path, {
        body: { ...(before as object), colour: 'red' },
        ...(as && { as }),
      });
      assert.equal(unknown.status, 400, `${route}: ${unknown.text}`);
      assert.match(unknown.message, /"colour" is not known/, route);
    }
  }
});

test('what is made takes the fields of what there is, and refuses others by name', async (t) => {
  const api = await startApi(t);
  await createOrganization(api);
  await insertJob(api, 'ended', 'done');
  await must(api, 'POST', `${api0}/webhooks`, { ...hook, inactive: true });
  const cases: readonly (readonly [string, string, string, ((answer: Fields & readonly Fields[]) => unknown)?])[] = [
    [`${api0}/repositories/acme/app`, `${api0}/repositories/acme`, '400 REPOSITORY_EXISTS'],
    [`${enzi}/acme`, enzi, '409 ACCOUNT_EXISTS'],
    [`${enzi}/acme/teams/writers`, `${enzi}/acme/teams`, '409 TEAM_EXISTS'],
    [`${api0}/jobs/ended`, `${api0}/jobs`, '202'],
    [`${api0}/webhooks`, `${api0}/webhooks`, '201', firstOf],
  ];
  for (const [read, path, outcome, pick = noPick] of cases) {
    const { json } = await api.send('GET', read);
    const object = (pick as (answer: unknown) => unknown)(json) as object;
    const sent = await api.send('POST', path, { body: object });
    assert.equal(sent.outcome, outcome, `${path}: ${sent.text}`);
    const unknown = await api.send('POST', path, { body: { ...object, colour: 'red' } });
    assert.equal(unknown.outcome, '400 INVALID_JSON', unknown.text);
    assert.match(unknown.message, /"colour" is not known/, path);
  }
  const { json } = await api.send('GET', `${api0}/webhooks`);
  assert.deepEqual(
    (json as { inactive: boolean }[]).map(({ inactive }) => inactive),
    [true, true],
  );
});

// Flags that tell what has come about, and that nobody would set.
const reports: ReadonlySet<string> = new Set(['isApplied']);

test('no flag, and no priority, is taken for what is made and then does not hold', async (t) => {
  const api = await startApi(t);
  await createOrganization(api);
  let count = 0;
  const next = (): string => `made${(count += 1)}`;
  const forms: Readonly<Record<string, () => object>> = {
    [`${api0}/crons`]: () => ({ action: 'sleep', schedule: '@daily', name: next() }),
    [`${api0}/jobs`]: () => ({ action: 'sleep' }),
    [`${api0}/repositories/acme`]: () => ({ name: next() }),
    [`${api0}/webhooks`]: () => hook,
    [`${api0}/robots`]: () => ({ name: next(), namespace: 'acme', permissions }),
    [enzi]: () => ({ name: next(), password: 'another good password' }),
    [`${enzi}/acme/teams`]: () => ({ name: next() }),
  };
  const refused: string[] = [];
  for (const [path, form] of Object.entries(forms)) {
    const plain = (await must(api, 'POST', path, form())) as Fields;
    for (const [field, value] of Object.entries(plain)) {
      if ((typeof value !== 'boolean' && field !== 'priority') || reports.has(field)) continue;
      const other = typeof value === 'boolean' ? !value : 5 - Number(value);
      const sent = await api.send('POST', path, {
        body: { ...form(), [field]: other, ...(field === 'isOrg' && { password: '' }) },
      });
      if (sent.status < 300) assert.equal((sent.json as Fields)[field], other, `${path}: ${field}`);
      else assert.match(`${sent.outcome} ${sent.message}`, new RegExp(`^400 .*${field}`), path);
      if (sent.outcome === '400 INVALID_PARAMETERS') refused.push(field);
      const same = await api.send('POST', path, { body: { ...form(), [field]: value } });
      if (path !== `${api0}/robots`) assert.ok(same.status < 300, `${path}: ${field} as it is: ${same.text}`);
    }
  }
  const expected = [
    'isPaused',
    'isQueuePaused',
    'priority',
    'paused',
    'pausing',
    'isImported',
    'onDemand',
    'otpEnabled',
  ];
  for (const field of expected) assert.ok(refused.includes(field), `${field} is refused: ${refused.join(' ')}`);
  const crons = (await must(api, 'GET', `${api0}/crons`)) as { crons: readonly Fields[] };
  const wanted = await api.send('POST', `${api0}/crons`, { body: { ...crons.crons[0], isPaused: true } });
  assert.match(wanted.message, /^isPaused is false, .*POST \/api\/v0\/crons\/made\d+\/pause/);
});

test('whoever may not change a right may send back that it is there', async (t) => {
  const api = await startApi(t);
  const { json } = await api.send('GET', `${enzi}/ada`, { as: 'ada' });
  const account = json as { isAdmin: boolean };
  const headers = basic('ada');
  const same = await api.send('PATCH', `${enzi}/ada`, { as: null, headers, body: { ...account, fullName: 'Ada' } });
  assert.equal(same.outcome, '200', same.text);
  const more = await api.send('PATCH', `${enzi}/ada`, { as: null, headers, body: { ...account, isAdmin: true } });
  assert.equal(more.outcome, '403 NOT_AUTHORIZED');
});

test('a change of a part fills in nothing', async (t) => {
  const { routes } = await startApi(t);
  const partial = routes.filter(
    ({ method, url }) =>
      method === 'PATCH' || /\/(update|settings)$/.test(url) || (method === 'PUT' && url.includes('/members/')),
  );
  const bodies = partial.flatMap(({ method, url, schema }): PlacedSchema[] =>
    method === 'GET' ? [] : [...walkSchema(schema?.body ?? {}, `${method} ${url}`)],
  );
  assert.ok(bodies.length > 60, `${bodies.length} fields are few`);
  const filled = bodies.filter(({ schema }) => schema.default !== undefined).map(({ where }) => where);
  assert.deepEqual(filled, []);
});

test('a setting that does nothing says so, with the reason', async (t) => {
  const api = await startApi(t);
  const made = await must(api, 'POST', `${api0}/repositories/acme`, { name: 'app', scanOnPush: true });
  const reason = { scanOnPush: 'this version has no scanner: nothing is scanned' };
  assert.deepEqual((made as Fields)['inactive'], reason);
  assert.deepEqual((made as Fields)['scanOnPush'], true);
  const list = (await must(api, 'GET', `${api0}/repositories`)) as { repositories: Fields[] };
  assert.deepEqual(list.repositories[0]?.['inactive'], reason);
  const off = await must(api, 'PATCH', `${api0}/repositories/acme/app`, { scanOnPush: false });
  assert.deepEqual((off as Fields)['inactive'], {});
});
