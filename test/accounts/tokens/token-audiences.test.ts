import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeJwt } from 'jose';
import { createServices } from '../../../accounts/tokens/services.ts';
import { createTestCertificate } from '../../support/certificates.ts';
import { createOrganization } from '../organization.ts';
import { basic, nginxSecret, services, startApi, type TestApi } from '../../api/test-api.ts';

type Headers = Readonly<Record<string, string>>;

const api = '/api/v0';
const apiService = 'jobrunner-api';

/** Every kind of credential that there is, of the administrator and of a robot that may pull `acme/app`. */
async function createCredentials(server: TestApi): Promise<Readonly<Record<string, Headers>>> {
  const { send } = await createOrganization(server);
  const made = await server.send('POST', `${api}/api_tokens`, { body: {} });
  const { token } = made.json as { token: string };
  const permissions = [{ repository: 'acme/app', actions: ['pull'] }];
  const robot = await send('admin', 'POST', `${api}/robots`, { name: 'ci', namespace: 'acme', permissions });
  const { name, secret } = robot.json as { name: string; secret: string };
  const { certificate } = await createTestCertificate('admin');
  const publicKey = await server.send('POST', '/enzi/v0/accounts/admin/publicKeys', {
    body: { publicKey: certificate },
  });
  assert.equal(publicKey.status, 201, publicKey.text);
  return {
    'a password': basic('admin'),
    'an access token': basic('admin', token),
    'a robot': basic(name, secret),
    'a client certificate': {
      'x-jobrunner-nginx': nginxSecret,
      'x-jobrunner-client-certificate': encodeURIComponent(certificate),
    },
  };
}

async function ask(server: TestApi, headers: Headers, query: string) {
  const response = await server.send('GET', `/auth/token?${query}`, { as: null, headers });
  return { ...response, token: (response.json as { token: string }).token };
}

// What tokens are asked for with: no scope at all was full power once.
const scopes = ['', '&scope=repository:acme/app:pull', '&scope=repository:acme/app:*&scope=registry:catalog:*'];
const others = ['', 'service=', 'service=jobrunner', 'service=dtr&realm=dtr', 'service=registry.example:8080'];

/** A token of each credential for each service but the API, with each scope; and those of refresh tokens. */
async function createOtherTokens(
  server: TestApi,
  credentials: Readonly<Record<string, Headers>>,
): Promise<Map<string, string>> {
  const tokens = new Map<string, string>();
  for (const [who, headers] of Object.entries({ ...credentials, nobody: {} })) {
    for (const service of [...others, 'service=notary']) {
      for (const scope of scopes) {
        const { status, text, token } = await ask(server, headers, service + scope);
        assert.equal(status, 200, text);
        tokens.set(`${who}, "${service}${scope}"`, token);
      }
    }
  }
  for (const service of ['jobrunner', 'notary']) {
    const { json } = await ask(server, basic('admin'), `service=${service}&offline_token=true`);
    const form = {
      grant_type: 'refresh_token',
      service,
      refresh_token: (json as { refresh_token: string }).refresh_token,
    };
    const refreshed = await server.send('POST', '/auth/token', {
      as: null,
      rawBody: new URLSearchParams(form).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    assert.equal(refreshed.status, 200, refreshed.text);
    tokens.set(`a refresh token for ${service}`, (refreshed.json as { access_token: string }).access_token);
  }
  return tokens;
}

test('no route of the API takes a token of another audience, whatever its scopes', { timeout: 120_000 }, async (t) => {
  const server = await startApi(t);
  const tokens = await createOtherTokens(server, await createCredentials(server));
  assert.equal(tokens.size, 5 * 6 * 3 + 2);
  const routes = server.routes.filter(({ access }) => access !== 'anonymous');
  assert.ok(routes.length > 100, 'there are routes');
  for (const [whose, token] of tokens) {
    for (const { method, url } of routes) {
      const { status } = await server.send(method, url.replace(/:\w+/g, 'admin'), {
        as: null,
        headers: { authorization: `Bearer ${token}` },
      });
      assert.equal(status, 401, `${method} ${url} with the token of ${whose}`);
    }
  }
});

test('a token for the API gives what its credentials give, and no more', { timeout: 120_000 }, async (t) => {
  const server = await startApi(t);
  const credentials = await createCredentials(server);
  const routes = server.routes.filter(({ method, access }) => method === 'GET' && access !== 'anonymous');
  for (const [who, headers] of Object.entries(credentials)) {
    const { status, token, text } = await ask(server, headers, `service=${apiService}`);
    assert.equal(status, 200, text);
    const { aud, access } = decodeJwt(token);
    assert.deepEqual([aud, access], [apiService, []]);
    for (const { url } of routes) {
      const path = url.replace(':namespace', 'acme').replace(':reponame', 'app').replace(/:\w+/g, 'admin');
      const outcomes = await Promise.all(
        [headers, { authorization: `Bearer ${token}` }].map(
          async (each) => (await server.send('GET', path, { as: null, headers: each })).outcome,
        ),
      );
      assert.equal(outcomes[1], outcomes[0], `GET ${path} by ${who}`);
    }
  }
});

test('a token for the API is for whoever has signed in, without scopes, and is not refreshed', async (t) => {
  const server = await startApi(t);
  assert.equal((await ask(server, {}, `service=${apiService}`)).status, 401);
  const scoped = await ask(server, basic('ada'), `service=${apiService}&scope=repository:ada/app:pull`);
  assert.equal(scoped.outcome, '400 UNSUPPORTED');
  assert.match(scoped.message, /leave scope out/);
  const offline = await ask(server, basic('ada'), `service=${apiService}&offline_token=true`);
  assert.equal((offline.json as { refresh_token?: string }).refresh_token, undefined);
  // Nor by a refresh token for another service.
  const { json } = await ask(server, basic('ada'), 'offline_token=true');
  const form = { grant_type: 'refresh_token', refresh_token: (json as { refresh_token: string }).refresh_token };
  const widened = await server.send('POST', '/auth/token', {
    as: null,
    rawBody: new URLSearchParams({ ...form, service: apiService }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  assert.equal(widened.status, 401, widened.text);
  // Nor by a token, whatever it is for.
  for (const query of ['', `service=${apiService}`]) {
    const { token } = await ask(server, basic('ada'), query);
    const headers = { authorization: `Bearer ${token}` };
    assert.equal((await ask(server, headers, `service=${apiService}`)).status, 401);
  }
});

test('Notary cannot have the name of another service', () => {
  for (const notaryService of ['jobrunner', apiService, 'dtr', 'registry.example:8080']) {
    assert.throws(() => createServices({ ...services, notaryService }), /NOTARY_SERVICE is/, notaryService);
  }
  assert.equal(createServices(services)('notary').audience, 'notary');
});
