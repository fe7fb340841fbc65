import assert from 'node:assert/strict';
import { after as afterAll, test } from 'node:test';
import type { EventKind } from '../../events/event-kinds.ts';
import { registerWorker } from '../../jobs/queue/worker-records.ts';
import { startReceiver } from '../activities/test-receiver.ts';
import { addJob } from '../jobs/test-jobs.ts';
import { createTestCertificate } from '../support/certificates.ts';
import { createOrganization } from '../accounts/organization.ts';
import { dockerLogin, password, startApi, type ApiRequest, type TestApi } from './test-api.ts';

/** What is sent to a route so that it changes something; by default by `admin`. */
interface Change extends ApiRequest {
  readonly path?: string;
}

interface Row {
  readonly kinds: readonly EventKind[];
  /** Makes what the request is about, and gives the request. */
  readonly change: (api: TestApi) => Promise<Change>;
}

const api0 = '/api/v0';
const enzi = '/enzi/v0/accounts';
const app = `${api0}/repositories/acme/app`;
const certificate = (await createTestCertificate('client')).certificate;
const cache = { name: 'near', host: 'https://cache.example' };
const longPassword = 'another long password';
// Of the whole file: rows know no test.
const cleanUp = { after: (close: unknown) => afterAll(close as () => Promise<void>) };

/** Sends what a change needs first, and gives the answer. */
async function made(api: TestApi, method: string, path: string, request: ApiRequest = {}) {
  const response = await api.send(method, path, request);
  assert.ok(response.status < 300, `${method} ${path}: ${response.text}`);
  return response;
}

async function makeRobot(api: TestApi, name: string): Promise<string> {
  const body = { name, namespace: 'acme', permissions: [{ repository: 'acme/app', actions: ['pull'] }] };
  return ((await made(api, 'POST', `${api0}/robots`, { body })).json as { id: string }).id;
}

async function makeCache(api: TestApi): Promise<string> {
  return ((await made(api, 'POST', `${api0}/content_caches`, { body: cache })).json as { id: string }).id;
}

async function makeToken(api: TestApi): Promise<string> {
  const { json } = await made(api, 'POST', `${api0}/api_tokens`, { body: {} });
  return (json as { hashedToken: string }).hashedToken;
}

async function signIn(api: TestApi): Promise<{ headers: Record<string, string>; id: string }> {
  const body = { username: 'ada', password };
  const response = await made(api, 'POST', '/enzi/v0/login', { as: null, body });
  const { csrfToken, session } = response.json as { csrfToken: string; session: { id: string } };
  const cookie = response.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  return { headers: { cookie, 'x-csrf-token': csrfToken }, id: session.id };
}

async function jobOf(api: TestApi, status: 'waiting' | 'running' | 'done'): Promise<string> {
  const id = await addJob(api.pool);
  if (status === 'waiting') return id;
  await api.pool.query(`DELETE FROM jobs.outbox WHERE job_id = $1`, [id]);
  await api.pool.query(
    `UPDATE jobs.jobs SET status = $2, admitted_at = now(), ended_at = CASE $2 WHEN 'done' THEN now() END WHERE id = $1`,
    [id, status],
  );
  return id;
}

/** The row of a route whose change needs nothing to be there that is not. */
const simple = (kind: EventKind, path?: string, body?: unknown): Row => ({
  kinds: [kind],
  change: async () => ({ ...(path !== undefined && { path }), body }),
});

/** That of a route which changes something that a request makes first. */
const after = (kind: EventKind, method: string, path: string, first: unknown, then: Change): Row => ({
  kinds: [kind],
  change: async (api) => {
    await made(api, method, path, { body: first });
    return then;
  },
});

const ofJob = (kind: EventKind, status: 'waiting' | 'running' | 'done', suffix: string, body?: unknown): Row => ({
  kinds: [kind],
  change: async (api) => ({ path: `${api0}/jobs/${encodeURIComponent(await jobOf(api, status))}${suffix}`, body }),
});

const cron = { action: 'sleep', schedule: '@daily' };
const grant = { accessLevel: 'read-only' };
const namespaceGrants = `${api0}/repositoryNamespaces/acme/teamAccess`;
const hook = { type: 'TAG_PUSH', endpoint: 'https://192.0.2.1/', key: 'acme/app' };
const config = { action: 'sleep', parameters: { seconds: '1' } };

// Every route with a method that changes something, and the events that a success of it writes, besides those of signing
// in. A new route fails the test: enter it here.
const changes: Readonly<Record<string, Row>> = {
  'POST /auth/token': {
    kinds: ['API_TOKEN_CREATE'],
    change: async () => dockerLogin,
  },
  'POST /enzi/v0/login': {
    kinds: ['SESSION_CREATE'],
    change: async () => ({ as: null, body: { username: 'ada', password } }),
  },
  'POST /enzi/v0/logout': {
    kinds: ['SESSION_DELETE'],
    change: async (api) => ({ as: null, headers: (await signIn(api)).headers }),
  },
  [`DELETE ${enzi}/:username/sessions/:session`]: {
    kinds: ['SESSION_DELETE'],
    change: async (api) => ({ path: `${enzi}/ada/sessions/${(await signIn(api)).id}` }),
  },

  [`POST ${enzi}`]: simple('ACCOUNT_CREATE', undefined, { name: 'eve', password: longPassword }),
  [`PATCH ${enzi}/:username`]: simple('ACCOUNT_UPDATE', `${enzi}/eve`, { fullName: 'Eve' }),
  [`POST ${enzi}/:username/changePassword`]: simple('PASSWORD_CHANGE', `${enzi}/eve/changePassword`, {
    newPassword: longPassword,
  }),
  [`POST ${enzi}/:username/publicKeys`]: simple('PUBLIC_KEY_CREATE', `${enzi}/eve/publicKeys`, {
    label: 'laptop',
    publicKey: certificate,
  }),
  [`DELETE ${enzi}/:username/publicKeys/:key`]: {
    kinds: ['PUBLIC_KEY_DELETE'],
    change: async (api) => {
      const { json } = await made(api, 'GET', `${enzi}/eve/publicKeys`);
      const [key] = (json as { accountPublicKeys: { id: string }[] }).accountPublicKeys;
      return { path: `${enzi}/eve/publicKeys/${key?.id}` };
    },
  },
  [`PUT ${enzi}/:organization/members/:member`]: simple('MEMBER_UPDATE', `${enzi}/acme/members/eve`, {}),
  [`POST ${enzi}/:organization/teams`]: simple('TEAM_CREATE', `${enzi}/acme/teams`, { name: 'testers' }),
  [`PATCH ${enzi}/:organization/teams/:team`]: simple('TEAM_UPDATE', `${enzi}/acme/teams/testers`, {
    description: 'test',
  }),
  [`PUT ${enzi}/:organization/teams/:team/memberSyncConfig`]: simple(
    'MEMBER_SYNC_UPDATE',
    `${enzi}/acme/teams/testers/memberSyncConfig`,
    { enableSync: true, ldapGroups: ['testers'] },
  ),
  [`PUT ${enzi}/:organization/teams/:team/members/:member`]: simple(
    'TEAM_MEMBER_UPDATE',
    `${enzi}/acme/teams/testers/members/eve`,
    {},
  ),
  [`PUT ${app.replace('acme/app', ':namespace/:reponame')}/teamAccess/:team`]: simple(
    'TEAM_ACCESS_UPDATE',
    `${app}/teamAccess/testers`,
    grant,
  ),
  [`DELETE ${app.replace('acme/app', ':namespace/:reponame')}/teamAccess/:team`]: simple(
    'TEAM_ACCESS_DELETE',
    `${app}/teamAccess/testers`,
  ),
  [`PUT ${api0}/repositoryNamespaces/:namespace/teamAccess/:team`]: simple(
    'TEAM_ACCESS_UPDATE',
    `${namespaceGrants}/testers`,
    grant,
  ),
  [`DELETE ${api0}/repositoryNamespaces/:namespace/teamAccess/:team`]: simple(
    'TEAM_ACCESS_DELETE',
    `${namespaceGrants}/testers`,
  ),
  [`DELETE ${enzi}/:organization/teams/:team/members/:member`]: simple(
    'TEAM_MEMBER_DELETE',
    `${enzi}/acme/teams/testers/members/eve`,
  ),
  [`DELETE ${enzi}/:organization/teams/:team`]: simple('TEAM_DELETE', `${enzi}/acme/teams/testers`),
  [`DELETE ${enzi}/:organization/members/:member`]: simple('MEMBER_DELETE', `${enzi}/acme/members/eve`),
  [`DELETE ${enzi}/:username`]: simple('ACCOUNT_DELETE', `${enzi}/eve`),
  [`DELETE ${api0}/accounts/:namespace`]: {
    kinds: ['ACCOUNT_UPDATE', 'REPOSITORY_DELETE', 'ACCOUNT_DELETE'],
    change: async (api) => {
      await made(api, 'POST', enzi, { body: { name: 'doomed', isOrg: true } });
      await made(api, 'POST', `${api0}/repositories/doomed`, { body: { name: 'app' } });
      return { path: `${api0}/accounts/doomed` };
    },
  },

  [`POST ${api0}/api_tokens`]: simple('API_TOKEN_CREATE', undefined, { tokenLabel: 'CI' }),
  [`PATCH ${api0}/api_tokens/:hashedtoken`]: {
    kinds: ['API_TOKEN_UPDATE'],
    change: async (api) => ({ path: `${api0}/api_tokens/${await makeToken(api)}`, body: { isActive: false } }),
  },
  [`DELETE ${api0}/api_tokens/:hashedtoken`]: {
    kinds: ['API_TOKEN_DELETE'],
    change: async (api) => ({ path: `${api0}/api_tokens/${await makeToken(api)}` }),
  },
  [`DELETE ${api0}/api_tokens`]: {
    kinds: ['API_TOKEN_DELETE'],
    change: async (api) => {
      await makeToken(api);
      return { path: `${api0}/api_tokens?generatedby=user` };
    },
  },

  [`POST ${api0}/robots`]: simple('ROBOT_CREATE', undefined, {
    name: 'ci',
    namespace: 'acme',
    permissions: [{ repository: 'acme/app', actions: ['pull'] }],
  }),
  [`PATCH ${api0}/robots/:robot`]: {
    kinds: ['ROBOT_UPDATE'],
    change: async (api) => ({ path: `${api0}/robots/${await makeRobot(api, 'a')}`, body: { isActive: false } }),
  },
  [`POST ${api0}/robots/:robot/rotate`]: {
    kinds: ['ROBOT_ROTATE'],
    change: async (api) => ({ path: `${api0}/robots/${await makeRobot(api, 'b')}/rotate` }),
  },
  [`DELETE ${api0}/robots/:robot`]: {
    kinds: ['ROBOT_DELETE'],
    change: async (api) => ({ path: `${api0}/robots/${await makeRobot(api, 'c')}` }),
  },

  [`POST ${api0}/jobs`]: simple('JOB_CREATE', undefined, { action: 'sleep' }),
  [`PATCH ${api0}/jobs/:jobID`]: ofJob('JOB_UPDATE', 'waiting', '', { priority: 1 }),
  [`DELETE ${api0}/jobs/:jobID`]: ofJob('JOB_DELETE', 'waiting', ''),
  [`POST ${api0}/jobs/:jobID/cancel`]: ofJob('JOB_CANCEL', 'running', '/cancel'),
  [`POST ${api0}/jobs/:jobID/pause`]: ofJob('JOB_PAUSE', 'running', '/pause', { note: 'backup' }),
  [`POST ${api0}/jobs/:jobID/resume`]: ofJob('JOB_RESUME', 'running', '/resume', {}),
  [`POST ${api0}/jobs/:jobID/rerun`]: ofJob('JOB_CREATE', 'done', '/rerun'),
  [`POST ${api0}/jobs/cancel`]: {
    kinds: ['JOBS_CANCEL'],
    change: async (api) => {
      await jobOf(api, 'waiting');
      return { body: { action: 'sleep' } };
    },
  },
  [`POST ${api0}/action_configs`]: simple('ACTION_CONFIG_UPDATE', undefined, config),
  [`DELETE ${api0}/action_configs/:action`]: after('ACTION_CONFIG_DELETE', 'POST', `${api0}/action_configs`, config, {
    path: `${api0}/action_configs/sleep`,
  }),
  [`POST ${api0}/crons`]: simple('CRON_UPDATE', undefined, cron),
  [`POST ${api0}/crons/:cron/pause`]: simple('CRON_UPDATE', `${api0}/crons/sleep/pause`, {}),
  [`POST ${api0}/crons/:cron/resume`]: simple('CRON_UPDATE', `${api0}/crons/sleep/resume`, {}),
  [`POST ${api0}/crons/:cron/trigger`]: simple('JOB_CREATE', `${api0}/crons/sleep/trigger`),
  [`DELETE ${api0}/crons/:cron`]: simple('CRON_DELETE', `${api0}/crons/sleep`),
  [`POST ${api0}/workers/:workerID/capacity`]: {
    kinds: ['DEPLOYMENT_UPDATE'],
    change: async ({ pool }) => {
      await registerWorker(pool, { id: 'w', deployment: 'small', version: '0', roles: ['worker'] });
      return { path: `${api0}/workers/w/capacity`, body: { capacityMap: { scan: 2 } } };
    },
  },
  [`PUT ${api0}/deployments/:name/capacity`]: simple('DEPLOYMENT_UPDATE', `${api0}/deployments/large/capacity`, {
    capacityMap: { scan: 9 },
  }),
  [`PATCH ${api0}/queues/:action`]: simple('QUEUE_UPDATE', `${api0}/queues/sleep`, { paused: true, note: 'backup' }),
  [`POST ${api0}/meta/settings`]: simple('SETTINGS_UPDATE', undefined, { disablePersistentCookies: true }),

  [`POST ${api0}/webhooks`]: simple('WEBHOOK_CREATE', undefined, hook),
  [`POST ${api0}/webhooks/update`]: {
    kinds: ['WEBHOOK_UPDATE'],
    change: async (api) => {
      const { json } = await made(api, 'POST', `${api0}/webhooks`, { body: hook });
      return { body: { id: (json as { id: string }).id, inactive: true } };
    },
  },
  [`POST ${api0}/webhooks/test`]: {
    kinds: ['WEBHOOK_TEST'],
    change: async () => {
      const receiver = await startReceiver(cleanUp, (res) => res.end());
      return { body: { type: 'TAG_PUSH', endpoint: receiver.url } };
    },
  },
  [`DELETE ${api0}/webhooks/:webhook`]: {
    kinds: ['WEBHOOK_DELETE'],
    change: async (api) => {
      const { json } = await made(api, 'POST', `${api0}/webhooks`, { body: hook });
      return { path: `${api0}/webhooks/${(json as { id: string }).id}` };
    },
  },
  [`POST ${api0}/repositories/:namespace`]: simple('REPOSITORY_CREATE', `${api0}/repositories/acme`, { name: 'new' }),
  [`PATCH ${api0}/repositories/:namespace/:reponame`]: simple('REPOSITORY_UPDATE', app, { tagLimit: 7 }),
  [`DELETE ${api0}/repositories/:namespace/:reponame`]: simple('REPOSITORY_DELETE', `${api0}/repositories/acme/new`),
  [`DELETE ${api0}/accounts/:namespace/repositories`]: {
    kinds: ['REPOSITORY_DELETE'],
    change: async (api) => {
      await made(api, 'POST', `${api0}/repositories/ada`, { body: { name: 'app' } });
      return { path: `${api0}/accounts/ada/repositories` };
    },
  },
  [`POST ${api0}/content_caches`]: simple('CONTENT_CACHE_CREATE', undefined, cache),
  [`PATCH ${api0}/accounts/:username/settings`]: {
    kinds: ['USER_SETTINGS_UPDATE'],
    change: async (api) => ({
      path: `${api0}/accounts/ada/settings`,
      body: { contentCacheUUID: await makeCache(api) },
    }),
  },
  [`DELETE ${api0}/content_caches/:contentcacheuuid`]: {
    kinds: ['CONTENT_CACHE_DELETE'],
    change: async (api) => ({ path: `${api0}/content_caches/${await makeCache(api)}` }),
  },
  [`DELETE ${api0}/repositories/:namespace/:reponame/manifests/:reference`]: {
    kinds: ['MANIFEST_DELETE'],
    change: async ({ pool }) => {
      const digest = `sha256:${'0'.repeat(64)}`;
      await pool.query(
        `INSERT INTO registry.manifests (repository_id, digest, media_type, payload, pushed_by)
         SELECT id, $1, 'image', '', 'walt' FROM registry.repositories WHERE namespace = 'acme' AND name = 'app'`,
        [digest],
      );
      return { path: `${app}/manifests/${digest}` };
    },
  },
  [`DELETE ${api0}/repositories/:namespace/:reponame/tags/:reference`]: {
    kinds: ['TAG_DELETE'],
    change: async ({ pool }) => {
      await pool.query(
        `WITH manifest AS (
           INSERT INTO registry.manifests (repository_id, digest, media_type, os, architecture, payload,
                                           image_size_bytes, pushed_by)
           SELECT id, 'sha256:one', 'image', 'linux', 'amd64', ''::bytea, 1, 'walt' FROM registry.repositories
           WHERE namespace = 'acme' AND name = 'app' RETURNING id, repository_id)
         INSERT INTO registry.tags (repository_id, name, manifest_id, author)
         SELECT repository_id, 'latest', id, 'walt' FROM manifest`,
      );
      return { path: `${app}/tags/latest` };
    },
  },
};

/** What changes nothing here: a route that says where the directory is set up, and the Temporal UI, which is passed on. */
function changesNothingHere(method: string, url: string): boolean {
  return `${method} ${url}` === 'PUT /enzi/v0/conf/auth/ldap' || /^\/temporal(\/|$)/.test(url);
}

test('every route that changes something writes its event, and no other', { timeout: 300_000 }, async (t) => {
  const api = await startApi(t);
  await createOrganization(api);
  const unsafe = api.routes.filter(
    ({ method, url }) => !['GET', 'HEAD', 'OPTIONS'].includes(method) && !changesNothingHere(method, url),
  );
  assert.deepEqual(
    Object.keys(changes).toSorted(),
    unsafe.map(({ method, url }) => `${method} ${url}`).toSorted(),
    'every such route is here',
  );
  for (const [route, { kinds, change }] of Object.entries(changes)) {
    const [method = '', template = ''] = route.split(' ');
    const { path = template, ...request } = await change(api);
    await api.pool.query(`DELETE FROM registry.events`);
    await made(api, method, path, request);
    const { rows } = await api.pool.query<{ kind: string; actor: string; type: string; address: string; id: string }>(
      `SELECT kind, actor, actor_type AS type, address, object_id AS id FROM registry.events
       WHERE object_type <> 'SIGN_IN' ORDER BY kind`,
    );
    assert.deepEqual(
      rows.map(({ kind }) => kind),
      kinds.toSorted(),
      route,
    );
    for (const { actor, type, address, id } of rows) {
      assert.deepEqual([actor, type, address], [request.as === null ? 'ada' : 'admin', 'user', '127.0.0.1'], route);
      assert.notEqual(id, '', `${route}: it is about something`);
    }
  }
});
