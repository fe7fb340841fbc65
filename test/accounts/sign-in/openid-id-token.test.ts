import assert from 'node:assert/strict';
import { createHash, createPublicKey } from 'node:crypto';
import { test } from 'node:test';
import { SignJWT } from 'jose';
import { accessToken, makeProviderKey, tokenResponse } from '../../support/answering-provider.ts';
import { startOpenId } from './openid-sign-in.ts';

const refused = /^403 SIGN_IN_REFUSED the answer of the OpenID provider does not fit this sign-in/;
const nowSeconds = (): number => Math.floor(Date.now() / 1_000);
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

test('an ID token names this issuer and this client, and nobody else as the authorized party', async (t) => {
  const { withIdToken, provider, api } = await startOpenId(t);
  const { issuer } = provider;
  for (const claims of [
    { iss: `${issuer}/` },
    { iss: 'https://elsewhere.example' },
    { iss: issuer.toUpperCase() },
    { iss: undefined },
    { aud: 'elsewhere' },
    { aud: 'Jobrunner' },
    { aud: undefined },
    { aud: [] },
    { aud: ['elsewhere'] },
    { aud: ['jobrunner', 'elsewhere'] },
    { aud: ['jobrunner', 'elsewhere'], azp: 'elsewhere' },
    { azp: 'elsewhere' },
    { aud: 'elsewhere', azp: 'jobrunner' },
    { aud: 7 },
  ]) {
    assert.match(await withIdToken({ claims }), refused, JSON.stringify(claims));
  }
  const { rows } = await api.pool.query('SELECT FROM accounts.sessions');
  assert.equal(rows.length, 0);
  for (const claims of [
    { aud: ['jobrunner'] },
    { azp: 'jobrunner' },
    { aud: ['elsewhere', 'jobrunner'], azp: 'jobrunner' },
  ]) {
    assert.equal(await withIdToken({ claims }), '302', JSON.stringify(claims));
  }
});

test('a subject is text of 255 characters at most, and its case counts', async (t) => {
  const { withIdToken, provider, api } = await startOpenId(t);
  provider.answers.userInfo = () => ({ status: 500 });
  for (const sub of [undefined, '', 7, ['subject'], 'a'.repeat(256), 'a\0b', 'a\nb']) {
    const claims = { sub, groups: [], preferred_username: 'nobody' };
    assert.match(await withIdToken({ claims }), refused, JSON.stringify(sub));
  }
  const people = { subject: 'grace', Subject: 'hopper', ['a'.repeat(255)]: 'ada-l', 'übung 1': 'alan' };
  for (const [sub, name] of Object.entries(people)) {
    assert.equal(await withIdToken({ claims: { sub, groups: [], preferred_username: name } }), '302', sub);
  }
  const { rows } = await api.pool.query<{ name: string }>(
    `SELECT name FROM accounts.accounts WHERE is_imported ORDER BY 1`,
  );
  assert.deepEqual(
    rows.map(({ name }) => name),
    ['ada-l', 'alan', 'grace', 'hopper'],
  );
});

test('an ID token is good until it expires, with half a minute for clocks that differ', async (t) => {
  const { withIdToken } = await startOpenId(t);
  const now = nowSeconds();
  for (const claims of [
    { exp: now - 60 },
    { exp: undefined },
    { exp: String(now + 300) },
    { iat: undefined },
    { iat: 'yesterday' },
    { nbf: now + 90 },
    { nbf: 'tomorrow' },
    { auth_time: 'yesterday' },
    { auth_time: -1 },
  ]) {
    assert.match(await withIdToken({ claims }), refused, JSON.stringify(claims));
  }
  for (const claims of [
    { exp: now - 15 },
    { nbf: now + 15 },
    { iat: now + 300 },
    { iat: now - 86_400 },
    { auth_time: now - 86_400 },
    { exp: now + 300.5 },
  ]) {
    assert.equal(await withIdToken({ claims }), '302', JSON.stringify(claims));
  }
});

test('an ID token has the nonce of the sign-in that it answers', async (t) => {
  const { withIdToken } = await startOpenId(t);
  for (const nonce of [undefined, '', 'other', 7, null]) {
    assert.match(await withIdToken({ claims: { nonce } }), refused, JSON.stringify(nonce));
  }
});

test('an access token belongs to the ID token that it came with', async (t) => {
  const { withIdToken, provider } = await startOpenId(t);
  const algorithms = ['RS256', 'ES384', 'PS512', 'EdDSA'];
  provider.answers.metadata = { id_token_signing_alg_values_supported: algorithms };
  for (const [alg, hash] of [
    ['RS256', 'sha256'],
    ['ES384', 'sha384'],
    ['PS512', 'sha512'],
    ['EdDSA', 'sha512'],
  ] as const) {
    const key = await makeProviderKey(alg);
    provider.signWith(key);
    provider.answers.keys = [key.jwk];
    const digest = createHash(hash).update(accessToken).digest();
    const half = digest.subarray(0, digest.length / 2).toString('base64url');
    assert.equal(await withIdToken({ claims: { at_hash: half } }), '302', alg);
    const other = createHash(hash)
      .update('other')
      .digest()
      .subarray(0, digest.length / 2)
      .toString('base64url');
    for (const wrong of [other, digest.toString('base64url'), '', 7]) {
      assert.match(await withIdToken({ claims: { at_hash: wrong } }), refused, `${alg} ${wrong}`);
    }
  }
});

test('every algorithm that the provider announces and that signs with a key pair is taken, and no other', async (t) => {
  const { signIn, provider } = await startOpenId(t);
  const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
  for (const alg of algorithms) {
    const key = await makeProviderKey(alg);
    provider.signWith(key);
    provider.answers.keys = [key.jwk];
    provider.answers.metadata = { id_token_signing_alg_values_supported: algorithms };
    assert.equal(await signIn(), '302', alg);
    provider.answers.metadata = { id_token_signing_alg_values_supported: algorithms.filter((each) => each !== alg) };
    assert.match(await signIn(), refused, `${alg} was not announced`);
  }
});

test('a token without a signature, or under a secret that everybody knows, signs nobody in', async (t) => {
  const { withTokenAnswer, provider } = await startOpenId(t);
  const publicPem = createPublicKey({ key: provider.key.jwk, format: 'jwk' }).export({
    type: 'spki',
    format: 'pem',
  });
  const secrets = {
    'the public key': Buffer.from(publicPem),
    'the JWK': Buffer.from(JSON.stringify(provider.key.jwk)),
    'the secret of the client': Buffer.from('the secret of the client'),
  };
  const other = await makeProviderKey('RS256', 'other');
  const { n = '', e = '' } = other.jwk;
  const embedded = { kty: 'RSA', n, e };
  // As it is announced by some providers, for other clients.
  for (const announced of [['RS256'], ['RS256', 'HS256', 'none']]) {
    provider.answers.metadata = { id_token_signing_alg_values_supported: announced };
    const attempt = async (change: (token: string) => Promise<string> | string): Promise<string> =>
      withTokenAnswer(async (request) => ({ json: tokenResponse(await change(await provider.idToken(request))) }));
    const payloadOf = (token: string): string => token.split('.')[1] ?? '';
    const claimsOf = (token: string) =>
      JSON.parse(Buffer.from(payloadOf(token), 'base64url').toString()) as Record<string, unknown>;
    for (const [what, secret] of Object.entries(secrets)) {
      const signed = await attempt((token) =>
        new SignJWT(claimsOf(token)).setProtectedHeader({ alg: 'HS256', kid: 'RS256' }).sign(secret),
      );
      assert.match(signed, refused, `HS256 under ${what}`);
    }
    assert.match(await attempt((token) => `${encode({ alg: 'none' })}.${payloadOf(token)}.`), refused, 'none');
    assert.match(await attempt((token) => `${token.split('.').slice(0, 2).join('.')}.`), refused, 'no signature');
    assert.match(await attempt((token) => `${token.slice(0, -8)}AAAAAAAA`), /^(403|503) /, 'another signature');
    const withKey = await attempt((token) =>
      new SignJWT(claimsOf(token)).setProtectedHeader({ alg: 'RS256', jwk: embedded }).sign(other.privateKey),
    );
    assert.match(withKey, /^403 /, 'a key that the token brings along');
    const critical = await attempt((token) =>
      new SignJWT(claimsOf(token))
        .setProtectedHeader({ alg: 'RS256', kid: 'RS256', crit: ['b64'], b64: true })
        .sign(provider.key.privateKey),
    );
    assert.match(critical, refused, 'an extension that has to be understood');
  }
});

test('the provider may sign with a new key at any time, and an old one that it has taken back is not taken', async (t) => {
  const { signIn, withIdToken, provider } = await startOpenId(t);
  assert.equal(await signIn(), '302');
  const old = provider.key;
  const next = await makeProviderKey('RS256', 'next');
  provider.signWith(next);
  provider.answers.keys = [old.jwk, next.jwk];
  assert.equal(await signIn(), '302', 'at once after the first');
  assert.equal(await withIdToken({ key: old.privateKey, header: { kid: 'RS256' } }), '302', 'until it is gone');
  provider.answers.keys = [next.jwk];
  assert.match(await withIdToken({ key: old.privateKey, header: { kid: 'RS256' } }), refused);
});

test('a key is found by its kid, and without one where only one can be meant', async (t) => {
  const { withIdToken, provider } = await startOpenId(t);
  const { key } = provider;
  const other = await makeProviderKey('RS256', 'other');
  const { kid: _kid, ...nameless } = key.jwk;
  const sets = {
    'a single key': [key.jwk],
    'a single key without a name': [nameless],
    'keys of other kinds beside it': [
      (await makeProviderKey('ES256', 'curve')).jwk,
      key.jwk,
      { ...other.jwk, use: 'enc' },
      { ...other.jwk, alg: 'RS512' },
    ],
  };
  for (const [what, keys] of Object.entries(sets)) {
    provider.answers.keys = keys;
    assert.equal(await withIdToken({ header: { kid: undefined as never } }), '302', what);
  }
  provider.answers.keys = [other.jwk, key.jwk];
  assert.equal(await withIdToken({}), '302', 'the right one of two');
  assert.match(await withIdToken({ header: { kid: undefined as never } }), refused, 'one of two, without a name');
  assert.match(await withIdToken({ header: { kid: 'none' } }), refused, 'a name that no key has');
  assert.match(await withIdToken({ header: { kid: 'other' } }), /^(403|503) /, 'the name of the other');
  provider.answers.keys = [{ ...key.jwk, use: 'enc' }];
  assert.match(await withIdToken({}), refused, 'a key to encrypt with');
  provider.answers.keys = [];
  assert.match(await withIdToken({}), refused, 'no key');
});

test('an encrypted ID token is refused, and says why', async (t) => {
  const { withTokenAnswer } = await startOpenId(t);
  const token = [encode({ alg: 'RSA-OAEP', enc: 'A256GCM' }), 'a', 'b', 'c', 'd'].join('.');
  assert.match(await withTokenAnswer(() => ({ json: tokenResponse(token) })), refused);
  for (const nonsense of ['', 'a', 'a.b', 'a.b.c', `${encode([])}.${encode({})}.a`, `${encode({})}.${encode({})}.a`]) {
    assert.match(await withTokenAnswer(() => ({ json: tokenResponse(nonsense) })), /^(403|503) /, nonsense);
  }
});
