import assert from 'node:assert/strict';
import { createPublicKey, randomBytes, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import { loadSigningKey, readRootCertificate, rotateSigningKey } from '../../../accounts/tokens/signing-keys.ts';
import { createTokenVerifier, issueToken, TokenRejectedError } from '../../../accounts/tokens/tokens.ts';
import { createVerificationKeys, readKeySet } from '../../../accounts/tokens/verification-keys.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { startApi } from '../../api/test-api.ts';

const audience = 'jobrunner';
const hourMs = 3_600_000;
const claims = { subject: 'ada', access: [], generations: [1] } as const;

async function setUp(t: Parameters<typeof createTestDatabase>[0]) {
  const { pool } = await createTestDatabase(t);
  const secretKey = randomBytes(32);
  /** Lets time pass for the keys. */
  const pass = (seconds: number) =>
    pool.query(
      `UPDATE accounts.signing_keys SET signs_from = signs_from - $1 * interval '1 second',
         retired_at = retired_at - $1 * interval '1 second'`,
      [seconds],
    );
  const load = () => loadSigningKey(pool, secretKey);
  const rotate = () => rotateSigningKey(pool, secretKey, hourMs);
  const verify = (token: string) =>
    createTokenVerifier({ findKey: createVerificationKeys(pool), hasEnded: () => false, audience })(token);
  return { pool, secretKey, pass, load, rotate, verify };
}

test('the next key is published first, signs then, and its predecessor verifies until its last token has expired', async (t) => {
  const { pool, load, rotate, verify, pass } = await setUp(t);
  const first = await load();
  assert.equal(await rotate(), false, 'it is young');
  await pass(hourMs / 1_000 + 1);
  const made = await Promise.all([rotate(), rotate(), rotate()]);
  assert.deepEqual(made.toSorted(), [false, false, true], 'processes make one');
  assert.equal((await load()).kid, first.kid);
  const published = (await readKeySet(pool)).keys.map(({ kid }) => kid);
  assert.equal(published.length, 2);

  await pass(61);
  const second = await load();
  assert.notEqual(second.kid, first.kid);
  assert.ok(published.includes(second.kid));
  const old = await issueToken(first, claims, { audience });
  await verify(await issueToken(second, claims, { audience }));
  await verify(old);
  await pass(600);
  await verify(old);
  await pass(301);
  await assert.rejects(verify(old), TokenRejectedError);
  assert.deepEqual(
    (await readKeySet(pool)).keys.map(({ kid }) => kid),
    [second.kid],
  );
});

test('every key has a certificate of one root, which the token carries', async (t) => {
  const { pool, load, rotate, pass } = await setUp(t);
  const keys = [await load()];
  await pass(hourMs / 1_000 + 1);
  await rotate();
  await pass(61);
  keys.push(await load());
  const root = new X509Certificate((await readRootCertificate(pool)) ?? '');
  assert.ok(root.ca && root.verify(root.publicKey));
  for (const key of keys) {
    const { x5c = [], kid, alg } = decodeProtectedHeader(await issueToken(key, claims, { audience }));
    assert.deepEqual([kid, alg], [key.kid, 'ES256']);
    const certificate = new X509Certificate(Buffer.from(x5c[0] ?? '', 'base64'));
    assert.ok(certificate.checkIssued(root) && certificate.verify(root.publicKey) && !certificate.ca);
    const { rows } = await pool.query<{ jwk: object }>(
      'SELECT public_jwk AS jwk FROM accounts.signing_keys WHERE kid = $1',
      [kid],
    );
    const publicKey = createPublicKey({ key: { ...rows[0]?.jwk }, format: 'jwk' });
    assert.ok(certificate.publicKey.equals(publicKey));
    assert.ok(Date.parse(certificate.validTo) - Date.now() > 366 * 24 * hourMs, 'longer than a key may sign');
  }
});

test('a key of before certificates gets one, and goes on', async (t) => {
  const { pool, load } = await setUp(t);
  const { kid } = await load();
  await pool.query('UPDATE accounts.signing_keys SET certificate = NULL');
  await pool.query('DELETE FROM accounts.token_authority');
  const loaded = await load();
  assert.equal(loaded.kid, kid);
  assert.equal(loaded.certificates.length, 1);
});

test('the key set and the root are public, and verify what the token service signs', async (t) => {
  const api = await startApi(t);
  const token = (await api.send('GET', '/auth/token?service=notary')).json as { access_token: string };
  const keySet = await api.send('GET', '/auth/jwks', { as: null });
  assert.match(String(keySet.headers['content-type']), /^application\/jwk-set\+json/);
  const keys = JSON.parse(keySet.text) as JSONWebKeySet;
  assert.deepEqual(
    keys.keys.flatMap((key) => Object.keys(key)).toSorted(),
    ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'x5c', 'y'],
    'no private part',
  );
  const { payload } = await jwtVerify(token.access_token, createLocalJWKSet(keys), { audience: 'notary' });
  assert.equal(payload.sub, 'admin');
  const root = await api.send('GET', '/auth/root.pem', { as: null });
  assert.equal(root.status, 200);
  const { x5c = [] } = decodeProtectedHeader(token.access_token);
  const certificate = new X509Certificate(Buffer.from(x5c[0] ?? '', 'base64'));
  assert.ok(certificate.verify(new X509Certificate(root.text).publicKey));
});

test('another secret key is refused, until the keys that it cannot read are removed (OPERATIONS.md)', async (t) => {
  const { pool, load, verify } = await setUp(t);
  await load();
  const newKey = randomBytes(32);
  await assert.rejects(loadSigningKey(pool, newKey), /SECRET_KEY is not the one that this database was set up with/);
  await pool.query('TRUNCATE accounts.signing_keys, accounts.token_authority');
  const made = await loadSigningKey(pool, newKey);
  const token = await issueToken(made, claims, { audience });
  assert.equal((await verify(token)).subject, 'ada');
});
