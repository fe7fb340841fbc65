import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { checkAccess } from '../../api/http/access.ts';
import { createApiApp } from '../../api/http/app.ts';
import type { ApiDeps } from '../../api/http/instance.ts';
import { createRoutes } from '../../registry/http/routes.ts';
import { serverFactory } from '../../server/http.ts';
import { createLogger } from '../../log/create-logger.ts';
import { quickPasswordHash } from '../support/password-hash.ts';
import { basic, bearer, startApi, type DeclaredRoute, type TestApi } from './test-api.ts';
import { idleHandlers } from '../registry/http/idle-handlers.ts';

// Every route of the process but /v2, with who may use it. A new route has to be entered here, with a decision.
const expected: Readonly<Record<string, string>> = {
  'GET /livez': 'anonymous',
  'GET /readyz': 'anonymous',
  'GET /health': 'anonymous',
  'GET /_ping': 'anonymous',
  'GET /': 'anonymous',
  'GET /auth/token': 'anonymous',
  'POST /auth/token': 'anonymous',
  'GET /auth/jwks': 'anonymous',
  'GET /auth/root.pem': 'anonymous',
  'GET /temporal': 'system-admin',
  'POST /temporal': 'system-admin',
  'PUT /temporal': 'system-admin',
  'PATCH /temporal': 'system-admin',
  'DELETE /temporal': 'system-admin',
  'GET /temporal/*': 'system-admin',
  'POST /temporal/*': 'system-admin',
  'PUT /temporal/*': 'system-admin',
  'PATCH /temporal/*': 'system-admin',
  'DELETE /temporal/*': 'system-admin',
  'GET /api/v0/jobs': 'system-admin',
  'POST /api/v0/jobs': 'system-admin',
  'GET /api/v0/jobs/:jobID': 'system-admin',
  'DELETE /api/v0/jobs/:jobID': 'system-admin',
  'POST /api/v0/jobs/:jobID/cancel': 'system-admin',
  'GET /api/v0/jobs/:jobID/logs': 'system-admin',
  'GET /api/v0/meta/analytics/preview': 'system-admin',
  'PATCH /api/v0/jobs/:jobID': 'system-admin',
  'POST /api/v0/jobs/:jobID/pause': 'system-admin',
  'POST /api/v0/jobs/:jobID/resume': 'system-admin',
  'POST /api/v0/jobs/:jobID/rerun': 'system-admin',
  'POST /api/v0/jobs/cancel': 'system-admin',
  'GET /api/v0/actions': 'authenticated',
  'GET /api/v0/actions/:action': 'authenticated',
  'GET /api/v0/action_configs': 'system-admin',
  'POST /api/v0/action_configs': 'system-admin',
  'GET /api/v0/action_configs/:action': 'system-admin',
  'DELETE /api/v0/action_configs/:action': 'system-admin',
  'GET /api/v0/crons': 'system-admin',
  'POST /api/v0/crons': 'system-admin',
  'GET /api/v0/workers': 'system-admin',
  'POST /api/v0/workers/:workerID/capacity': 'system-admin',
  'GET /api/v0/deployments': 'system-admin',
  'PUT /api/v0/deployments/:name/capacity': 'system-admin',
  'GET /api/v0/queues': 'system-admin',
  'PATCH /api/v0/queues/:action': 'system-admin',
  'GET /api/v0/crons/:cron': 'system-admin',
  'DELETE /api/v0/crons/:cron': 'system-admin',
  'POST /api/v0/crons/:cron/pause': 'system-admin',
  'POST /api/v0/crons/:cron/resume': 'system-admin',
  'POST /api/v0/crons/:cron/trigger': 'system-admin',
  'DELETE /api/v0/accounts/:namespace/repositories': 'namespace-admin',
  'GET /api/v0/repositories/:namespace/:reponame/manifests': 'repository-read',
  'DELETE /api/v0/repositories/:namespace/:reponame/manifests/:reference': 'repository-delete',
  'GET /api/v0/index/autocomplete': 'authenticated',
  'GET /api/v0/index/dockersearch': 'subject',
  'GET /v1/search': 'anonymous',
  'GET /ca': 'anonymous',
  'GET /api/v0/content_caches': 'authenticated',
  'POST /api/v0/content_caches': 'system-admin',
  'GET /api/v0/content_caches/:contentcacheuuid': 'authenticated',
  'DELETE /api/v0/content_caches/:contentcacheuuid': 'system-admin',
  'GET /api/v0/accounts/:username/settings': 'self',
  'PATCH /api/v0/accounts/:username/settings': 'self',
  'GET /enzi/v0/conf/auth/ldap': 'system-admin',
  'PUT /enzi/v0/conf/auth/ldap': 'system-admin',
  'GET /api/v0/webhooks': 'authenticated',
  'POST /api/v0/webhooks': 'authenticated',
  'POST /api/v0/webhooks/update': 'authenticated',
  'POST /api/v0/webhooks/test': 'authenticated',
  'DELETE /api/v0/webhooks/:webhook': 'authenticated',
  'GET /api/v0/accounts/:namespace/webhooks': 'namespace-admin',
  'GET /api/v0/repositories/:namespace/:reponame/webhooks': 'repository-admin',
  'GET /api/v0/repositories': 'subject',
  'GET /api/v0/repositories/:namespace': 'subject',
  'POST /api/v0/repositories/:namespace': 'namespace-admin',
  'GET /api/v0/repositories/:namespace/:reponame': 'repository-read',
  'PATCH /api/v0/repositories/:namespace/:reponame': 'repository-admin',
  'DELETE /api/v0/repositories/:namespace/:reponame': 'repository-admin',
  'GET /api/v0/repositories/:namespace/:reponame/teamAccess': 'repository-admin',
  'PUT /api/v0/repositories/:namespace/:reponame/teamAccess/:team': 'repository-admin',
  'DELETE /api/v0/repositories/:namespace/:reponame/teamAccess/:team': 'repository-admin',
  'GET /api/v0/repositoryNamespaces/:namespace/teamAccess': 'namespace-member',
  'GET /api/v0/repositoryNamespaces/:namespace/teamAccess/:team': 'namespace-member',
  'PUT /api/v0/repositoryNamespaces/:namespace/teamAccess/:team': 'namespace-admin',
  'DELETE /api/v0/repositoryNamespaces/:namespace/teamAccess/:team': 'namespace-admin',
  'GET /api/v0/accounts/:organization/teams/:team/repositoryAccess': 'team-member',
  'GET /api/v0/accounts/:username/repositoryAccess/:namespace/:reponame': 'self',
  'GET /enzi/v0/accounts': 'authenticated',
  'POST /enzi/v0/accounts': 'system-admin',
  'GET /enzi/v0/accounts/:username': 'authenticated',
  'PATCH /enzi/v0/accounts/:username': 'self',
  'DELETE /enzi/v0/accounts/:username': 'system-admin',
  'POST /enzi/v0/accounts/:username/changePassword': 'self',
  'GET /enzi/v0/accounts/:username/organizations': 'self',
  'GET /enzi/v0/accounts/:username/publicKeys': 'self',
  'POST /enzi/v0/accounts/:username/publicKeys': 'self',
  'DELETE /enzi/v0/accounts/:username/publicKeys/:key': 'self',
  'GET /enzi/v0/accounts/:organization/members': 'organization-member',
  'GET /enzi/v0/accounts/:organization/members/:member': 'organization-member',
  'PUT /enzi/v0/accounts/:organization/members/:member': 'organization-owner',
  'DELETE /enzi/v0/accounts/:organization/members/:member': 'organization-owner',
  'GET /enzi/v0/accounts/:organization/teams': 'organization-member',
  'POST /enzi/v0/accounts/:organization/teams': 'organization-owner',
  'GET /enzi/v0/accounts/:organization/teams/:team': 'organization-member',
  'PATCH /enzi/v0/accounts/:organization/teams/:team': 'organization-owner',
  'DELETE /enzi/v0/accounts/:organization/teams/:team': 'organization-owner',
  'GET /enzi/v0/accounts/:organization/teams/:team/members': 'organization-member',
  'GET /enzi/v0/accounts/:organization/teams/:team/members/:member': 'organization-member',
  'PUT /enzi/v0/accounts/:organization/teams/:team/members/:member': 'organization-owner',
  'DELETE /enzi/v0/accounts/:organization/teams/:team/members/:member': 'organization-owner',
  'GET /enzi/v0/login': 'anonymous',
  'POST /enzi/v0/login': 'anonymous',
  'GET /enzi/v0/oidc/login': 'anonymous',
  'GET /enzi/v0/oidc/callback': 'anonymous',
  'POST /enzi/v0/logout': 'authenticated',
  'GET /enzi/v0/session': 'authenticated',
  'GET /enzi/v0/accounts/:username/sessions': 'self',
  'DELETE /enzi/v0/accounts/:username/sessions/:session': 'self',
  'GET /enzi/v0/accounts/:organization/teams/:team/memberSyncConfig': 'organization-owner',
  'PUT /enzi/v0/accounts/:organization/teams/:team/memberSyncConfig': 'organization-owner',
  'GET /api/v0/events': 'authenticated',
  'GET /api/v0/repositories/:namespace/:reponame/events': 'repository-read',
  'GET /api/v0/openapi.json': 'anonymous',
  'GET /api/v0/docs.json': 'anonymous',
  'GET /api/v0/meta/features': 'authenticated',
  'GET /api/v0/meta/alerts': 'system-admin',
  'GET /api/v0/meta/cluster_status': 'system-admin',
  'GET /api/v0/accounts/language': 'authenticated',
  'GET /api/v0/meta/settings': 'system-admin',
  'POST /api/v0/meta/settings': 'system-admin',
  'GET /api/v0/repositories/:namespace/:reponame/tags': 'repository-read',
  'GET /api/v0/repositories/:namespace/:reponame/tags/:reference': 'repository-read',
  'DELETE /api/v0/repositories/:namespace/:reponame/tags/:reference': 'repository-delete',
  'DELETE /api/v0/accounts/:namespace': 'system-admin',
  'GET /api/v0/admin/version': 'authenticated',
  'GET /api/v0/robots': 'authenticated',
  'POST /api/v0/robots': 'authenticated',
  'GET /api/v0/robots/:robot': 'authenticated',
  'PATCH /api/v0/robots/:robot': 'authenticated',
  'POST /api/v0/robots/:robot/rotate': 'authenticated',
  'DELETE /api/v0/robots/:robot': 'authenticated',
  'GET /api/v0/api_tokens': 'authenticated',
  'POST /api/v0/api_tokens': 'authenticated',
  'DELETE /api/v0/api_tokens': 'authenticated',
  'GET /api/v0/api_tokens/:hashedtoken': 'authenticated',
  'PATCH /api/v0/api_tokens/:hashedtoken': 'authenticated',
  'DELETE /api/v0/api_tokens/:hashedtoken': 'authenticated',
};

// What those answer who take requests from anybody, and find nothing in an empty one.
const emptyAnswers: Readonly<Record<string, number>> = {
  'POST /auth/token': 400,
  'POST /enzi/v0/login': 400,
  'GET /enzi/v0/oidc/login': 404,
  'GET /enzi/v0/oidc/callback': 404,
  'GET /v1/search': 400,
  'GET /ca': 404,
};

function nameOf({ method, url }: DeclaredRoute): string {
  return `${method === 'HEAD' ? 'GET' : method} ${url}`;
}

/** A path of the route. */
function pathOf({ method, url }: DeclaredRoute): string {
  // Nobody may be gone before the last route.
  return url
    .replace(':namespace', method === 'DELETE' ? 'none' : 'ada')
    .replace(':action', 'sleep')
    .replace(/:\w+/g, 'none');
}

test('every route declares who may use it, and it is who was meant', async (t) => {
  const { routes } = await startApi(t);
  assert.deepEqual(Object.fromEntries(routes.map((route) => [nameOf(route), route.access])), expected);
});

test('every route of the registry declares who may use it', () => {
  const writes = new Set(['POST', 'PUT', 'PATCH']);
  for (const { method, template, access } of createRoutes(idleHandlers)) {
    const name = `${method} ${template}`;
    assert.ok(['authenticated', 'catalog', 'pull', 'push', 'delete'].includes(access), name);
    if (writes.has(method) || template.includes('uploads')) assert.equal(access, 'push', name);
    if (method === 'DELETE' && !template.includes('uploads')) assert.equal(access, 'delete', name);
  }
});

test('an app does not start with a route that declares no access', async (t) => {
  const app = createApiApp({
    log: createLogger({ level: 'silent' }),
    serverFactory: serverFactory({}),
    onRequestEnd: () => undefined,
  });
  t.after(() => app.close());
  checkAccess(app, {} as ApiDeps);
  assert.throws(() => app.get('/api/v0/open', () => 'open'), /route GET \/api\/v0\/open declares no access/);
});

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Tokens that look right and are not, for the account `admin`. */
async function forgedTokens({ signingKey, pool }: TestApi): Promise<Record<string, string>> {
  const { kid, privateKey, certificates } = signingKey;
  const other = await generateKeyPair('ES256');
  const { rows } = await pool.query<{ jwk: object }>('SELECT public_jwk AS jwk FROM accounts.signing_keys');
  const publicKey = Buffer.from(JSON.stringify(rows[0]?.jwk));
  const token = ({ alg = 'ES256', iss = 'jobrunner-garant', aud = 'jobrunner-api', header = {} } = {}) =>
    new SignJWT({ access: [] })
      .setProtectedHeader({ alg, typ: 'JWT', kid, ...header })
      .setIssuer(iss)
      .setAudience(aud)
      .setSubject('admin')
      .setIssuedAt()
      .setExpirationTime('5m');
  const right = await token().sign(privateKey);
  const [header = '', payload = '', signature = ''] = right.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  return {
    'another key under our id': await token().sign(other.privateKey),
    'another key under its own id': await token({ header: { kid: 'other' } }).sign(other.privateKey),
    'our public key as a shared secret': await token({ alg: 'HS256' }).sign(publicKey),
    'no algorithm': `${encode({ alg: 'none', kid })}.${payload}.`,
    'a changed payload': `${header}.${encode({ ...claims, exp: 4_000_000_000 })}.${signature}`,
    'a wider scope': `${header}.${encode({ ...claims, access: [{ type: 'registry', name: 'catalog', actions: ['*'] }] })}.${signature}`,
    'a key of its own in the header': await token({
      header: { jwk: await exportJWK(other.publicKey), x5c: certificates, jku: 'http://127.0.0.1/' },
    }).sign(other.privateKey),
    'the audience of the registry': await token({ aud: 'jobrunner' }).sign(privateKey),
    'the audience of Notary': await token({ aud: 'notary' }).sign(privateKey),
    'another issuer': await token({ iss: 'somebody' }).sign(privateKey),
    'another audience': await token({ aud: 'elsewhere' }).sign(privateKey),
    'no signature': `${header}.${payload}.`,
    nonsense: 'not-a-token',
  };
}

// It says where the directory is set up.
const alwaysRefused = new Set(['PUT /enzi/v0/conf/auth/ldap']);
const judgedByBody = new Set(['POST /api/v0/robots', 'POST /api/v0/webhooks']);

test('the access matrix: who is let through to which route', { timeout: 120_000 }, async (t) => {
  const api = await startApi(t);
  const anHourAgo = new Date(Date.now() - 3_600_000);
  const unknown = {
    nobody: {},
    'a wrong password': basic('admin', 'wrong'),
    'no password': basic('admin', ''),
    'an unknown account': basic('nobody'),
    'an organization': basic('acme', ''),
    'an inactive account': basic('gone'),
    'an expired token': await bearer(api, 'admin', anHourAgo),
    'a token from the future': await bearer(api, 'admin', new Date(Date.now() + 3_600_000)),
    'the token of an inactive account': await bearer(api, 'gone'),
    'the token of nobody': await bearer(api, ''),
    'an unknown scheme': { authorization: 'Digest username="admin"' },
    'an empty header': { authorization: '' },
    ...Object.fromEntries(
      Object.entries(await forgedTokens(api)).map(([name, token]) => [name, { authorization: `Bearer ${token}` }]),
    ),
  };
  const known = {
    'ada by password': { headers: basic('ada'), isAdmin: false },
    'ada by token': { headers: await bearer(api, 'ada'), isAdmin: false },
    'admin by password': { headers: basic('admin'), isAdmin: true },
    'admin by token': { headers: await bearer(api, 'admin'), isAdmin: true },
  };
  // Passwords are slow to be refused, by design: those are tried on one route of each kind of access.
  const slow = new Set([
    'a wrong password',
    'no password',
    'an unknown account',
    'an organization',
    'an inactive account',
  ]);
  const slowRoutes = new Set(['GET /api/v0/jobs', 'POST /api/v0/crons', 'GET /api/v0/repositories']);

  for (const route of api.routes) {
    const path = pathOf(route);
    const ask = async (headers: object) =>
      (await api.send(route.method, path, { as: null, headers: { ...headers } })).status;
    for (const [who, headers] of Object.entries(unknown)) {
      if (slow.has(who) && !slowRoutes.has(`${route.method} ${route.url}`)) continue;
      if (route.access === 'anonymous') {
        // The token service looks at credentials, the probes do not.
        const expectedStatus = emptyAnswers[nameOf(route)] ?? 200;
        if (who === 'nobody') assert.equal(await ask(headers), expectedStatus, `${nameOf(route)} by ${who}`);
      } else assert.equal(await ask(headers), 401, `${nameOf(route)} by ${who}`);
    }
    for (const [who, { headers, isAdmin }] of Object.entries(known)) {
      const status = await ask(headers);
      const what = `${nameOf(route)} by ${who}: ${status}`;
      // Of the rest, what the path names decides: test/api/matrix.test.ts.
      const isUpToPath = !['anonymous', 'authenticated', 'subject', 'system-admin'].includes(route.access ?? '');
      if (route.access === 'system-admin' && !isAdmin) assert.equal(status, 403, what);
      // A token is not exchanged for another one.
      else if (route.url === '/auth/token' && who.endsWith('token')) assert.ok([400, 401].includes(status), what);
      // The key of a webhook and the namespace of a robot decide; without them, it is for administrators.
      else if (!isAdmin && judgedByBody.has(nameOf(route))) assert.equal(status, 403, what);
      else if (alwaysRefused.has(nameOf(route))) assert.equal(status, 405, what);
      else if (isAdmin || !isUpToPath) assert.ok(status < 500 && ![401, 403, 405].includes(status), what);
    }
  }
});

test('who is refused reads why, and how to sign in', async (t) => {
  const api = await startApi(t);
  const nobody = await api.send('GET', '/api/v0/jobs', { as: null });
  assert.equal(nobody.outcome, '401 NOT_AUTHENTICATED');
  assert.equal(nobody.headers['www-authenticate'], 'Basic realm="Jobrunner"');
  const wrong = await api.send('GET', '/api/v0/jobs', { as: null, headers: basic('admin', 'wrong') });
  const stranger = await api.send('GET', '/api/v0/jobs', { as: null, headers: basic('stranger', 'wrong') });
  assert.deepEqual([wrong.outcome, wrong.text], ['401 NOT_AUTHENTICATED', stranger.text], 'not which of the two it is');
  const ada = await api.send('GET', '/api/v0/jobs', { as: 'ada' });
  assert.equal(ada.outcome, '403 NOT_AUTHORIZED');
  assert.match(ada.message, /only system administrators may GET \/api\/v0\/jobs/);
});

test('a password may hold colons and any characters', async (t) => {
  const api = await startApi(t);
  await api.pool.query(`UPDATE accounts.accounts SET password_hash = $1 WHERE name = 'ada'`, [
    quickPasswordHash('a:b: pässwörd'),
  ]);
  const headers = basic('ada', 'a:b: pässwörd');
  assert.equal((await api.send('GET', '/api/v0/repositories', { as: null, headers })).status, 200);
});
