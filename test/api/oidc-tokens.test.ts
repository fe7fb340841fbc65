import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { sealPending } from '../../api/enzi/oidc-pending.ts';
import { createBrowser } from '../support/browser.ts';
import { startApi } from './test-api.ts';

const clientId = 'jobrunner';
const publicUrl = 'http://127.0.0.1';
const pending = { state: 'state', nonce: 'nonce', codeVerifier: 'v'.repeat(43), returnTo: '/' };

/** A provider that answers every code with the tokens that it is told to. */
async function startLyingProvider(t: TestContext) {
  const answers = { token: '' as unknown, userInfo: {} as unknown };
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'right', alg: 'RS256', use: 'sig' }];
  const server = createServer((req, res) => {
    const pages: Readonly<Record<string, unknown>> = {
      '/.well-known/openid-configuration': {
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        userinfo_endpoint: `${issuer}/me`,
        jwks_uri: `${issuer}/keys`,
        id_token_signing_alg_values_supported: ['RS256'],
      },
      '/keys': { keys },
      '/token': { access_token: 'access', token_type: 'bearer', expires_in: 60, id_token: answers.token },
      '/me': answers.userInfo,
    };
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(pages[req.url ?? '']));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  t.after(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { issuer, answers, privateKey };
}

test('a token that does not prove who it is signs nobody in', { timeout: 120_000 }, async (t) => {
  const { issuer, answers, privateKey } = await startLyingProvider(t);
  const api = await startApi(t, {
    publicUrl,
    oidc: {
      issuer,
      clientId,
      clientSecret: undefined,
      scopes: 'openid',
      usernameClaim: 'preferred_username',
      groupsClaim: 'groups',
      adminGroup: undefined,
    },
  });
  const attempt = async (token: unknown, userInfo: unknown = { sub: 'subject' }) => {
    Object.assign(answers, { token, userInfo });
    const browser = createBrowser();
    const base = `http://127.0.0.1:${api.port}`;
    const sealed = sealPending(api.secretKey, { ...pending, expiresAtMs: Date.now() + 60_000 });
    browser.setCookie(base, 'jobrunner-oidc', sealed);
    const page = await browser.get(`${base}/enzi/v0/oidc/callback?code=code&state=state`);
    return `${page.status} ${page.body}`;
  };
  const token = ({
    iss = issuer,
    aud = clientId,
    nonce = 'nonce',
    kid = 'right',
    expires = '5m',
    key = privateKey,
  } = {}) =>
    new SignJWT({ nonce, preferred_username: 'grace' })
      .setProtectedHeader({ alg: 'RS256', kid })
      .setIssuer(iss)
      .setAudience(aud)
      .setSubject('subject')
      .setIssuedAt()
      .setExpirationTime(expires)
      .sign(key);
  const right = await token();
  const [header = '', payload = ''] = right.split('.');
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const other = await generateKeyPair('RS256', { extractable: true });
  const forged: Readonly<Record<string, unknown>> = {
    'another key': await token({ key: other.privateKey }),
    'an unknown key': await token({ key: other.privateKey, kid: 'other' }),
    'another issuer': await token({ iss: 'https://elsewhere.example' }),
    'another client': await token({ aud: 'elsewhere' }),
    'another nonce': await token({ nonce: 'other' }),
    'its time is over': await token({ expires: '-2m' }),
    'no signature': `${header}.${payload}.`,
    'no algorithm': `${encode({ alg: 'none' })}.${payload}.`,
    'a shared secret': `${encode({ alg: 'HS256' })}.${payload}.AAAA`,
    nonsense: 'a.b.c',
    nothing: undefined,
  };
  for (const [what, value] of Object.entries(forged)) {
    assert.match(await attempt(value), /^(403 .*SIGN_IN_REFUSED|503 .*IDENTITY_PROVIDER_UNAVAILABLE)/, what);
  }
  assert.match(await attempt(right, { sub: 'somebody else', groups: ['x'] }), /^403 .*SIGN_IN_REFUSED/);
  const { rows } = await api.pool.query('SELECT FROM accounts.sessions');
  assert.equal(rows.length, 0);
  assert.match(await attempt(right), /^302/, 'a right one, of a client that has no secret');
});
