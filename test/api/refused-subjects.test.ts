import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { followRefusedSubjects } from '../../api/garant/refused-subjects.ts';
import { loadSigningKey } from '../../api/garant/signing-keys.ts';
import { createTokenVerifier, issueToken, TokenRejectedError } from '../../api/garant/tokens.ts';
import { createVerificationKeys } from '../../api/garant/verification-keys.ts';
import { createListener } from '../../database/listener.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { eventually } from '../e2e/eventually.ts';
import { bearer, startApi } from './test-api.ts';

const audience = 'jobrunner';
const log = createLogger({ level: 'silent' });

async function start(t: TestContext) {
  const { url, pool } = await createTestDatabase(t);
  const change = (sql: string) => pool.query(sql);
  await change(`INSERT INTO accounts.accounts (name) VALUES ('ada'), ('bob'), ('cyd')`);
  const listener = createListener({ connectionString: url, applicationName: 'test', onError: () => undefined });
  t.after(() => listener.close());
  const follow = async () => {
    const subjects = await followRefusedSubjects({ pool, listener, log });
    t.after(() => subjects.close());
    return subjects;
  };
  return { change, follow, pool };
}

const nowSeconds = (): number => Math.floor(Date.now() / 1_000);

test('processes hear of accounts that are made inactive, renamed or deleted, and find those of before at their start', async (t) => {
  const { change, follow } = await start(t);
  const subjects = await follow();
  const names = ['ada', 'bob', 'cyd', ''];
  const refused = (from = subjects) => names.filter((name) => from.isRefused(name, nowSeconds() + 3_600));
  assert.deepEqual(refused(), []);
  await change(`UPDATE accounts.accounts SET is_active = false WHERE name = 'ada'`);
  await eventually('ada to be refused', () => refused().join() === 'ada');
  await change(`DELETE FROM accounts.accounts WHERE name = 'bob'`);
  await change(`UPDATE accounts.accounts SET name = 'dot' WHERE name = 'cyd'`);
  await eventually('all to be refused', () => refused().join() === 'ada,bob,cyd');
  assert.deepEqual(refused(await follow()), ['ada', 'bob', 'cyd']);
});

test('an account that is active again, or new under the name, has new tokens, and none of its old ones', async (t) => {
  const { change, follow } = await start(t);
  const subjects = await follow();
  await change(`UPDATE accounts.accounts SET is_active = false WHERE name = 'ada'`);
  await change(`DELETE FROM accounts.accounts WHERE name = 'bob'`);
  await eventually('ada to be refused', () => subjects.isRefused('ada', nowSeconds() + 60));
  await change(`UPDATE accounts.accounts SET is_active = true WHERE name = 'ada'`);
  await change(`INSERT INTO accounts.accounts (name) VALUES ('bob')`);
  for (const name of ['ada', 'bob']) {
    await eventually(`new tokens of ${name}`, () => !subjects.isRefused(name, nowSeconds() + 60));
    assert.ok(subjects.isRefused(name, nowSeconds() - 60), name);
  }
});

test('only those are kept whose tokens may still live', async (t) => {
  const { change, follow } = await start(t);
  await change(`INSERT INTO accounts.refused_subjects VALUES ('old', now() - interval '20 minutes', true),
    ('older', now() - interval '2 days', true)`);
  assert.ok(!(await follow()).isRefused('old', nowSeconds() - 3_600));
  await change(`UPDATE accounts.accounts SET is_active = false WHERE name = 'ada'`);
  const { rows } = await change('SELECT name FROM accounts.refused_subjects ORDER BY name');
  assert.deepEqual(
    rows.map(({ name }: { name: string }) => name),
    ['ada', 'old'],
  );
});

test('a token that was found right before is refused as well, and tokens of others are not', async (t) => {
  const { change, follow, pool } = await start(t);
  const key = await loadSigningKey(pool, randomBytes(32));
  const { isRefused } = await follow();
  const verify = createTokenVerifier({ findKey: createVerificationKeys(pool), isRefused, audience });
  const ada = await issueToken(key, { subject: 'ada', access: [] }, { audience });
  const bob = await issueToken(key, { subject: 'bob', access: [] }, { audience });
  const nobody = await issueToken(key, { subject: '', access: [] }, { audience });
  for (const token of [ada, bob, nobody]) await verify(token);
  await change(`UPDATE accounts.accounts SET is_active = false WHERE name = 'ada'`);
  await eventually('the token to be refused', () =>
    verify(ada).then(
      () => false,
      (error: unknown) => error instanceof TokenRejectedError && /no longer active/.test(error.message),
    ),
  );
  await verify(bob);
  await verify(nobody);
});

test('a token that was just used is refused once its account is inactive', async (t) => {
  const api = await startApi(t);
  const headers = await bearer(api, 'ada');
  const ask = async () => (await api.send('GET', '/api/v0/repositories', { as: null, headers })).outcome;
  assert.equal(await ask(), '200');
  await api.pool.query(`UPDATE accounts.accounts SET is_active = false WHERE name = 'ada'`);
  assert.equal(await ask(), '401 NOT_AUTHENTICATED');
});
