import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { createTestCertificate } from '../../support/certificates.ts';
import { nginxSecret, services, startApi, type TestApi } from '../../api/test-api.ts';

const path = '/enzi/v0/accounts/ada/publicKeys';
const fromNginx = { 'x-jobrunner-nginx': nginxSecret };

/** The headers with which NGINX passes a verified certificate on. */
function shown(certificate: string) {
  return { ...fromNginx, 'x-jobrunner-client-certificate': encodeURIComponent(certificate) };
}

function fingerprintOf(certificate: string): string {
  return new X509Certificate(certificate).fingerprint256.replaceAll(':', '').toLowerCase();
}

async function register(api: TestApi, certificate: string, label = '') {
  const response = await api.send('POST', path, { as: 'ada', body: { label, publicKey: certificate } });
  assert.equal(response.status, 201, response.text);
  return response.json as { id: string; accountID: string; label: string; publicKey: string };
}

test('a certificate is registered, listed in pages, and removed', async (t) => {
  const api = await startApi(t);
  const [first, second] = await Promise.all([createTestCertificate('one'), createTestCertificate('two')]);
  const key = await register(api, first.certificate, 'laptop');
  assert.deepEqual([key.id, key.label], [fingerprintOf(first.certificate), 'laptop']);
  assert.equal(fingerprintOf(key.publicKey), key.id);
  await register(api, second.certificate);
  const ids = [first, second].map(({ certificate }) => fingerprintOf(certificate)).toSorted();
  const page = await api.send('GET', `${path}?limit=1`, { as: 'ada' });
  assert.equal(page.headers['x-next-page-start'], ids[1]);
  const next = await api.send('GET', `${path}?limit=1&start=${ids[1]}`);
  const { accountPublicKeys } = next.json as { accountPublicKeys: { id: string }[] };
  assert.deepEqual(
    accountPublicKeys.map(({ id }) => id),
    [ids[1]],
  );
  assert.equal((await api.send('DELETE', `${path}/${key.id}`, { as: 'ada' })).status, 204);
  assert.equal((await api.send('DELETE', `${path}/${key.id}`)).outcome, '404 NO_SUCH_PUBLIC_KEY');
});

test('what is no certificate of a client is refused by name', async (t) => {
  const api = await startApi(t);
  const client = await createTestCertificate('client');
  const authority = await createTestCertificate('authority', { isAuthority: true });
  const expired = await createTestCertificate('expired', { expiredMs: 60_000 });
  await register(api, client.certificate);
  for (const [publicKey, outcome, message] of [
    ['', '400 INVALID_JSON', /publicKey/],
    ['none', '400 INVALID_CERTIFICATE', /PEM/],
    [client.certificate.slice(0, 200), '400 INVALID_CERTIFICATE', /PEM/],
    [client.certificate + client.key, '400 INVALID_CERTIFICATE', /one certificate/],
    [authority.certificate, '400 INVALID_CERTIFICATE', /authority/],
    [expired.certificate, '400 INVALID_CERTIFICATE', /expired/],
    [client.certificate, '409 PUBLIC_KEY_EXISTS', /already/],
  ] as const) {
    const response = await api.send('POST', path, { body: { publicKey } });
    assert.equal(response.outcome, outcome, publicKey);
    assert.match(response.message, message);
  }
  const ofOrganization = await api.send('POST', '/enzi/v0/accounts/acme/publicKeys', {
    body: { publicKey: (await createTestCertificate('other')).certificate },
  });
  assert.equal(ofOrganization.outcome, '400 INVALID_PARAMETERS');
});

test('a verified certificate signs in at the API and for tokens, as long as its account may', async (t) => {
  const api = await startApi(t);
  const { certificate } = await createTestCertificate('client');
  const ask = async (at: string, headers: object) =>
    (await api.send('GET', at, { as: null, headers: { ...headers } })).outcome;
  assert.equal(await ask('/api/v0/repositories', shown(certificate)), '401 NOT_AUTHENTICATED');
  const { id } = await register(api, certificate);
  for (const at of ['/api/v0/repositories', path, '/auth/token']) {
    assert.equal(await ask(at, shown(certificate)), '200', at);
  }
  assert.equal(await ask('/api/v0/jobs', shown(certificate)), '403 NOT_AUTHORIZED', 'as ada, who is no administrator');
  const scope = 'scope=repository:ada/app:pull,push&offline_token=true';
  const token = await api.send('GET', `/auth/token?${scope}`, { as: null, headers: shown(certificate) });
  const { refresh_token, ...grant } = token.json as { scope: string; refresh_token?: string };
  assert.deepEqual([grant.scope, refresh_token], ['repository:ada/app:pull,push', undefined]);

  // Without the secret of NGINX it is something that anybody can send.
  const forged = { 'x-jobrunner-client-certificate': encodeURIComponent(certificate) };
  assert.equal(await ask('/api/v0/repositories', forged), '401 NOT_AUTHENTICATED');
  const wrong = { ...forged, 'x-jobrunner-nginx': 'x'.repeat(32) };
  assert.equal(await ask('/api/v0/repositories', wrong), '401 NOT_AUTHENTICATED');
  // Who says who he is, is not asked for a certificate.
  const other = await api.send('GET', '/api/v0/jobs', { headers: shown(certificate) });
  assert.equal(other.status, 200);

  const told = { ...fromNginx, 'x-jobrunner-client-certificate': 'FAILED:self-signed certificate' };
  for (const at of ['/api/v0/repositories', '/auth/token']) {
    const refused = await api.send('GET', at, { as: null, headers: told });
    assert.equal(refused.outcome, at === '/auth/token' ? '401 UNAUTHORIZED' : '401 NOT_AUTHENTICATED');
    assert.match(refused.message, /not accepted: self-signed certificate/);
  }
  const unknown = await createTestCertificate('unknown');
  const refused = await api.send('GET', '/auth/token', { as: null, headers: shown(unknown.certificate) });
  assert.equal(refused.outcome, '401 UNAUTHORIZED');
  assert.match(refused.message, new RegExp(fingerprintOf(unknown.certificate)));

  await api.send('PATCH', '/enzi/v0/accounts/ada', { body: { isActive: false } });
  assert.equal(await ask('/api/v0/repositories', shown(certificate)), '401 NOT_AUTHENTICATED');
  await api.send('PATCH', '/enzi/v0/accounts/ada', { body: { isActive: true } });
  assert.equal(await ask('/api/v0/repositories', shown(certificate)), '200');
  await api.send('DELETE', `${path}/${id}`);
  assert.equal(await ask('/api/v0/repositories', shown(certificate)), '401 NOT_AUTHENTICATED');
});

test('a page of another site cannot use the certificate of a browser to change anything', async (t) => {
  const api = await startApi(t);
  const { certificate } = await createTestCertificate('client');
  await register(api, certificate);
  const post = async (headers: object, as: 'ada' | null = null) => {
    const request = { as, body: { tokenLabel: 'x' }, headers: { ...shown(certificate), ...headers } };
    return (await api.send('POST', '/api/v0/api_tokens', request)).outcome;
  };
  const refused = '403 CROSS_SITE_REQUEST';
  assert.equal(await post({}), '200', 'a program');
  assert.equal(await post({ 'sec-fetch-site': 'same-origin', origin: services.publicUrl }), '200');
  assert.equal(await post({ origin: services.publicUrl }), '200');
  assert.equal(await post({ 'sec-fetch-site': 'cross-site', origin: services.publicUrl }), refused);
  assert.equal(await post({ 'sec-fetch-site': 'same-site' }), refused);
  assert.equal(await post({ origin: 'https://evil.example' }), refused);
  assert.equal(await post({ origin: 'null' }), refused);
  assert.equal(await post({ 'sec-fetch-site': 'cross-site' }, 'ada'), '200', 'no browser adds a password by itself');
  const read = await api.send('GET', '/api/v0/api_tokens', {
    as: null,
    headers: { ...shown(certificate), 'sec-fetch-site': 'cross-site' },
  });
  assert.equal(read.status, 200, 'what is read, the other site does not get to see');
});
