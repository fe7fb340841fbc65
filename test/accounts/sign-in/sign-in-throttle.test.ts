import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DomainError } from '../../../errors/domain-error.ts';
import { networksOf } from '../../../accounts/sign-in/networks.ts';
import { createSignInThrottle } from '../../../accounts/sign-in/sign-in-throttle.ts';
import { basic, startApi } from '../../api/test-api.ts';

function createClock() {
  let nowMs = 0;
  return { now: () => nowMs, pass: (ms: number) => (nowMs += ms) };
}

/** How long has to be waited before an attempt; 0: it was let through, and failed. */
function tryOnce(
  throttle: ReturnType<typeof createSignInThrottle>,
  name: string,
  address: string,
  isKnown = false,
): number {
  try {
    throttle.begin({ name, from: networksOf(address), isKnown });
    return 0;
  } catch (error) {
    assert.ok(error instanceof DomainError);
    assert.equal(error.code, 'TOO_MANY_REQUESTS');
    return error.retryAfterSeconds ?? 0;
  }
}

test('strangers who were wrong before have ten wrong passwords of an account, and one more every ten seconds', () => {
  const clock = createClock();
  const throttle = createSignInThrottle(clock.now);
  // Three mistakes make a network no newcomer any more.
  for (let index = 0; index < 13; index++) assert.equal(tryOnce(throttle, 'ada', '192.0.2.1'), 0, `${index}`);
  assert.equal(tryOnce(throttle, 'ada', '192.0.2.1'), 10);
  for (let index = 0; index < 3; index++) assert.equal(tryOnce(throttle, 'ada', '192.0.2.2'), 0);
  assert.equal(tryOnce(throttle, 'ada', '192.0.2.2'), 10, 'wherever they are');
  clock.pass(9_000);
  assert.equal(tryOnce(throttle, 'ada', '192.0.2.1'), 1);
  assert.equal(tryOnce(throttle, 'bob', '192.0.2.1'), 0, 'others are not held up');
  clock.pass(1_000);
  assert.equal(tryOnce(throttle, 'ada', '192.0.2.1'), 0);
  assert.equal(tryOnce(throttle, 'ada', '192.0.2.1'), 10);
});

test('strangers use up nothing of newcomers, nor of who has signed in from there before', () => {
  const clock = createClock();
  const throttle = createSignInThrottle(clock.now);
  for (let index = 0; index < 40; index++) tryOnce(throttle, 'ada', '192.0.2.1');
  assert.ok(tryOnce(throttle, 'ada', '192.0.2.1') > 0);
  assert.equal(tryOnce(throttle, 'ada', '198.51.100.1'), 0, 'a newcomer');
  assert.equal(tryOnce(throttle, 'ada', '192.0.2.1', true), 0, 'also from the same address');
});

test('who has signed in from a network before is bounded by the own mistakes there, and by nothing else', () => {
  const clock = createClock();
  const throttle = createSignInThrottle(clock.now);
  for (let index = 0; index < 10; index++) assert.equal(tryOnce(throttle, 'ada', '192.0.2.1', true), 0);
  assert.equal(tryOnce(throttle, 'ada', '192.0.2.1', true), 10);
  assert.equal(tryOnce(throttle, 'ada', '192.0.2.2', true), 0, 'another network');
  assert.equal(tryOnce(throttle, 'bob', '192.0.2.1', true), 0, 'another account');
  clock.pass(10_000);
  assert.equal(tryOnce(throttle, 'ada', '192.0.2.1', true), 0);
});

test('a network has thirty, of whatever accounts, and a network of IPv6 is one address', () => {
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
  const clock = createClock();
  const throttle = createSignInThrottle(clock.now);
  for (const isKnown of [true, false]) {
    for (let index = 0; index < 1_000; index++) {
      throttle.begin({ name: 'ada', from: networksOf('192.0.2.1'), isKnown }).end('right');
    }
    assert.equal(tryOnce(throttle, 'ada', '192.0.2.1', isKnown), 0);
  }
});

test('a network is a newcomer for three mistakes, and a site of IPv6 for thirty in all its networks', () => {
  const clock = createClock();
  const throttle = createSignInThrottle(clock.now);
  const failuresAt = (address: string, name: string): number =>
    throttle.begin({ name, from: networksOf(address), isKnown: false }).failures;
  const names = (count: number, name: string) => Array.from({ length: count }, (_, index) => `${name}-${index}`);
  assert.deepEqual(
    names(5, 'a').map((name) => failuresAt('192.0.2.1', name)),
    [0, 1, 2, 6, 7],
  );
  assert.equal(failuresAt('192.0.2.2', 'a'), 0);
  const ofSite = names(40, 'b').map((name, index) => failuresAt(`2001:db8:7:${index.toString(16)}::1`, name));
  assert.deepEqual(ofSite.slice(0, 4), [0, 1, 2, 2], 'one of its networks is a newcomer that was never wrong');
  assert.ok(ofSite.slice(0, 30).every((failures) => failures < 3));
  assert.ok(ofSite.slice(30).every((failures) => failures >= 3));
  clock.pass(24 * 3_600_000);
  assert.equal(failuresAt('192.0.2.1', 'a'), 0, 'a day later');
});

test('who got no turn keeps the place in the line, for ten minutes', () => {
  const clock = createClock();
  const throttle = createSignInThrottle(clock.now);
  const ask = (outcome: 'right' | 'wrong' | 'unchecked'): number => {
    const { sinceMs, end } = throttle.begin({ name: 'ada', from: networksOf('192.0.2.1'), isKnown: false });
    end(outcome);
    return sinceMs;
  };
  assert.equal(ask('unchecked'), 0);
  clock.pass(500_000);
  assert.equal(ask('unchecked'), 0);
  clock.pass(500_000);
  assert.equal(ask('wrong'), 0);
  assert.equal(ask('unchecked'), 1_000_000);
  clock.pass(600_000);
  assert.equal(ask('unchecked'), 1_600_000);
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
