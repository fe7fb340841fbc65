import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../api/errors.ts';
import { createSignInThrottle } from '../../api/garant/sign-in-throttle.ts';
import { basic, startApi } from './test-api.ts';

function createClock() {
  let nowMs = 0;
  return { now: () => nowMs, pass: (ms: number) => (nowMs += ms) };
}

/** How long has to be waited before an attempt; 0: it was let through. */
function tryOnce(throttle: ReturnType<typeof createSignInThrottle>, name: string, address: string): number {
  try {
    throttle.begin(name, address);
    return 0;
  } catch (error) {
    assert.ok(error instanceof ApiError);
    assert.equal(error.code, 'TOO_MANY_REQUESTS');
    return error.retryAfterSeconds ?? 0;
  }
}

test('an account has ten wrong passwords, from wherever, and one more every ten seconds', () => {
  const clock = createClock();
  const throttle = createSignInThrottle(clock.now);
  for (let index = 0; index < 10; index++) assert.equal(tryOnce(throttle, 'ada', `192.0.2.${index}`), 0);
  assert.equal(tryOnce(throttle, 'ada', '198.51.100.1'), 10);
  clock.pass(9_000);
  assert.equal(tryOnce(throttle, 'ada', '198.51.100.1'), 1);
  assert.equal(tryOnce(throttle, 'bob', '198.51.100.1'), 0, 'others are not held up');
  clock.pass(1_000);
  assert.equal(tryOnce(throttle, 'ada', '198.51.100.1'), 0);
  assert.equal(tryOnce(throttle, 'ada', '198.51.100.1'), 10);
});

test('an address has thirty, of whatever accounts, and a network of IPv6 is one address', () => {
  const clock = createClock();
  const throttle = createSignInThrottle(clock.now);
  for (let index = 0; index < 30; index++) {
    assert.equal(tryOnce(throttle, `user-${index}`, `2001:db8::${index.toString(16)}`), 0);
  }
  assert.equal(tryOnce(throttle, 'another', '2001:db8:0:0:ffff::1'), 3);
  assert.equal(tryOnce(throttle, 'another', '2001:db8:0:1::1'), 0);
  clock.pass(3_000);
  assert.equal(tryOnce(throttle, 'another', '2001:db8::1'), 0);
});

test('what was right does not count', () => {
  const throttle = createSignInThrottle(createClock().now);
  for (let index = 0; index < 1_000; index++) throttle.begin('ada', '192.0.2.1').takeBack();
  assert.equal(tryOnce(throttle, 'ada', '192.0.2.1'), 0);
});

test(
  'too many wrong passwords are 429, with when to try again; who has signed in goes on',
  { timeout: 120_000 },
  async (t) => {
    const api = await startApi(t);
    const ask = (secret?: string) =>
      api.send('GET', '/api/v0/repositories', { as: null, headers: basic('ada', secret) });
    assert.equal((await ask()).status, 200);
    const wrong = await Promise.all(Array.from({ length: 30 }, (_, index) => ask(`wrong-${index}`)));
    const refused = wrong.filter(({ status }) => status === 429);
    assert.ok(refused.length >= 15, `${refused.length} of 30 were refused`);
    assert.ok(wrong.every(({ status }) => status === 401 || status === 429));
    for (const { outcome, headers } of refused) {
      assert.equal(outcome, '429 TOO_MANY_REQUESTS');
      assert.ok(Number(headers['retry-after']) >= 1);
    }
    assert.equal((await ask()).status, 200, 'a password that was right a moment ago');
    const { token } = (await api.send('POST', '/api/v0/api_tokens', { as: 'ada', body: {} })).json as { token: string };
    assert.equal((await ask(token)).status, 200, 'an access token');
    assert.equal((await api.send('GET', '/api/v0/repositories')).status, 200, 'another account');
    const unknown = await api.send('GET', '/auth/token', { as: null, headers: basic('nobody', 'wrong') });
    assert.equal(unknown.status, 401);
  },
);

test('equal credentials that come at once are checked once', { timeout: 120_000 }, async (t) => {
  const api = await startApi(t);
  const statuses = await Promise.all(
    Array.from({ length: 60 }, async () => (await api.send('GET', '/auth/token', { as: 'ada' })).status),
  );
  assert.deepEqual(new Set(statuses), new Set([200]));
});
