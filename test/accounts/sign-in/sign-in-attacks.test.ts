import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { hashPassword } from '../../../accounts/sign-in/passwords.ts';
import { basic, nginxSecret, password, startApi, type TestApi } from '../../api/test-api.ts';

/** Signs in at the token service from an address. */
async function signIn(api: TestApi, name: string, secret: string, address: string): Promise<number> {
  const headers = { ...basic(name, secret), 'x-jobrunner-nginx': nginxSecret, 'x-forwarded-for': address };
  return (await api.send('GET', '/auth/token', { as: null, headers })).status;
}

/** How long it takes until somebody is let in who tries again every half a second. */
async function timeToSignIn(api: TestApi, name: string, address: string): Promise<number> {
  const startedMs = performance.now();
  for (;;) {
    const status = await signIn(api, name, password, address);
    if (status === 200) return performance.now() - startedMs;
    assert.equal(status, 429);
    await delay(500);
  }
}

/**
 * Accounts with the password, each of which has signed in from an address of its own at some other process. Each has a
 * hash of its own, so that no password is remembered from another.
 */
async function addKnownUsers(api: TestApi, count: number) {
  const users = Array.from({ length: count }, (_, index) => ({ name: `user-${index}`, address: `192.0.2.${index}` }));
  for (const { name, address } of users) {
    await api.pool.query(
      `WITH made AS (
         INSERT INTO accounts.accounts (name, password_hash) VALUES ($1, $3) RETURNING id)
       INSERT INTO accounts.known_networks (account_id, network) SELECT id, $2 FROM made`,
      [name, address, await hashPassword(password)],
    );
  }
  return users;
}

/** Sends wrong passwords from many addresses, each as soon as the one before was answered. */
function attack(api: TestApi, addresses: number, nameOf: (attempt: number) => string) {
  const stop = new AbortController();
  const answers = new Map<number, number>();
  let attempts = 0;
  const attackers = Array.from({ length: addresses }, async (_, index) => {
    while (!stop.signal.aborted) {
      const attempt = attempts++;
      const status = await signIn(api, nameOf(attempt), `wrong-${attempt}`, `203.0.${index >> 8}.${index & 255}`);
      answers.set(status, (answers.get(status) ?? 0) + 1);
      // What is measured is the server, which shares this process with the attack.
      await delay(500);
    }
  });
  return {
    answers,
    stop: async () => {
      stop.abort();
      await Promise.all(attackers);
    },
  };
}

test('forty wrong passwords from one address hold up nobody elsewhere', { timeout: 180_000 }, async (t) => {
  const api = await startApi(t, { passwordHash: await hashPassword(password) });
  const wrong = Array.from({ length: 40 }, (_, index) => signIn(api, 'ada', `wrong-${index}`, '203.0.113.1'));
  await delay(500);
  const startedMs = performance.now();
  assert.equal(await signIn(api, 'ada', password, '198.51.100.1'), 200, 'never seen there before');
  const tookMs = performance.now() - startedMs;
  t.diagnostic(`a first sign-in from elsewhere took ${tookMs.toFixed(0)} ms`);
  const statuses = await Promise.all(wrong);
  assert.ok(statuses.every((status) => status === 401 || status === 429));
  assert.ok(statuses.filter((status) => status === 429).length >= 20, 'the address is held up');
  assert.ok(tookMs < 10_000, `it waited for ${tookMs} ms`);
});

const attacks: Readonly<Record<string, (attempt: number) => string>> = {
  'of one account': () => 'ada',
  'of many names': (attempt) => `name-${attempt % 5_000}`,
};

for (const [what, nameOf] of Object.entries(attacks)) {
  test(`wrong passwords ${what} from 250 addresses do not hold up who is known`, { timeout: 180_000 }, async (t) => {
    const api = await startApi(t, { passwordHash: await hashPassword(password) });
    const users = await addKnownUsers(api, 12);
    const { token } = (await api.send('POST', '/api/v0/api_tokens', { as: 'ada', body: {} })).json as { token: string };
    const refresh = await api.send('GET', '/auth/token?offline_token=true', { as: 'ada' });
    const { refresh_token } = refresh.json as { refresh_token: string };
    const { answers, stop } = attack(api, 250, nameOf);
    await delay(5_000);

    const timesMs = [];
    for (const { name, address } of users) {
      const startedMs = performance.now();
      assert.equal(await signIn(api, name, password, address), 200, name);
      timesMs.push(performance.now() - startedMs);
    }
    const startedMs = performance.now();
    assert.equal(await signIn(api, 'ada', token, '198.51.100.2'), 200, 'an access token');
    const form = { grant_type: 'refresh_token', service: 'jobrunner', refresh_token };
    const refreshed = await api.send('POST', '/auth/token', {
      as: null,
      rawBody: new URLSearchParams(form).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    assert.equal(refreshed.status, 200, 'a refresh token');
    const tokensMs = performance.now() - startedMs;
    await stop();
    timesMs.sort((a, b) => a - b);
    t.diagnostic(
      `known: p50 ${timesMs[6]?.toFixed(0)} ms, slowest ${timesMs.at(-1)?.toFixed(0)} ms; both tokens ` +
        `${tokensMs.toFixed(0)} ms; ` +
        `the attack got ${JSON.stringify(Object.fromEntries(answers))}`,
    );
    assert.ok((timesMs.at(-1) ?? 0) < 15_000, `those who are known waited for ${timesMs.join()} ms`);
  });
}

test(
  'a first sign-in from elsewhere comes through while forty addresses try passwords',
  { timeout: 180_000 },
  async (t) => {
    const api = await startApi(t, { passwordHash: await hashPassword(password) });
    const [user] = await addKnownUsers(api, 1);
    assert.ok(user);
    const { answers, stop } = attack(api, 40, () => user.name);
    await delay(2_000);
    const tookMs = await timeToSignIn(api, user.name, '198.51.100.3');
    await stop();
    t.diagnostic(`it took ${tookMs.toFixed(0)} ms; the attack got ${JSON.stringify(Object.fromEntries(answers))}`);
  },
);
