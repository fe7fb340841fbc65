import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createListener } from '../../database/listener.ts';
import { withTransaction } from '../../database/transaction.ts';
import {
  followSettings,
  readSettings,
  settingsChannel,
  storeFirstSettings,
  updateSettings,
} from '../../settings/settings.ts';
import { createWakeUp } from '../../database/wake-up.ts';
import { eventually } from '../e2e/eventually.ts';
import { createTestDatabase } from '../support/postgres.ts';

async function follower(t: TestContext, { hearsNotify }: { hearsNotify: boolean }) {
  const { pool, url } = await createTestDatabase(t);
  const listener = createListener({ connectionString: url, applicationName: 'test', onError: () => undefined });
  const errors: unknown[] = [];
  const settings = await followSettings({
    q: pool,
    listener: hearsNotify ? listener : { on: () => () => undefined },
    onError: (error) => errors.push(error),
  });
  t.after(async () => {
    settings.close();
    await listener.close();
  });
  return { pool, settings, errors };
}

test('without rows there are the defaults; what another version stored is left out', async (t) => {
  const { pool } = await createTestDatabase(t);
  const before = await readSettings(pool);
  assert.equal(before.createRepositoryOnPush, true);
  assert.equal(before.readOnlyRegistry, false);
  assert.deepEqual([before.jobHistoryToKeep, before.jobHistoryMaxAge], [0, '']);
  await pool.query(`INSERT INTO jobs.settings (name, value) VALUES ('fromTheFuture', '1')`);
  assert.deepEqual(await readSettings(pool), before);
});

test('the first settings are those of the first start alone', async (t) => {
  const { pool } = await createTestDatabase(t);
  await storeFirstSettings(pool, { createRepositoryOnPush: false });
  await storeFirstSettings(pool, { createRepositoryOnPush: true });
  assert.equal((await readSettings(pool)).createRepositoryOnPush, false);
});

test('a change gives the old and the new value; what stays as it is, nothing', async (t) => {
  const { pool } = await createTestDatabase(t);
  const change = { readOnlyRegistry: true, jobHistoryMaxAge: '720h', reportAnalytics: false };
  assert.deepEqual(await withTransaction(pool, (tx) => updateSettings(tx, change)), [
    { setting: 'readOnlyRegistry', from: false, to: true },
    { setting: 'jobHistoryMaxAge', from: '', to: '720h' },
  ]);
  assert.deepEqual(await withTransaction(pool, (tx) => updateSettings(tx, change)), []);
});

test('changes at once come one after the other: each from the value that it replaced', async (t) => {
  const { pool } = await createTestDatabase(t);
  const changes = await Promise.all(
    [1, 2, 3, 4, 5].map((jobHistoryToKeep) => withTransaction(pool, (tx) => updateSettings(tx, { jobHistoryToKeep }))),
  );
  const next = new Map(changes.flat().map(({ from, to }) => [from, to]));
  let last: unknown = 0;
  for (let step = 0; step < 5; step++) last = next.get(last) ?? -1;
  assert.equal(last, (await readSettings(pool)).jobHistoryToKeep);
});

test('who follows the settings sees a change by NOTIFY', async (t) => {
  const { pool, settings } = await follower(t, { hearsNotify: true });
  await withTransaction(pool, (tx) => updateSettings(tx, { readOnlyRegistry: true }));
  createWakeUp(pool, settingsChannel, () => undefined).send();
  await eventually('the change', () => settings.current().readOnlyRegistry);
});

test('who hears no NOTIFY sees a change by polling, and keeps what it knows while the database is away', async (t) => {
  const { pool, settings, errors } = await follower(t, { hearsNotify: false });
  await withTransaction(pool, (tx) => updateSettings(tx, { readOnlyRegistry: true }));
  await eventually('the change', () => settings.current().readOnlyRegistry);
  await pool.query('ALTER TABLE jobs.settings RENAME TO gone');
  await eventually('the change', () => errors.length > 0);
  await delay(2_500);
  assert.equal(errors.length, 1, 'told once, not every second');
  assert.equal(settings.current().readOnlyRegistry, true);
  await pool.query('ALTER TABLE jobs.gone RENAME TO settings');
  await pool.query('DELETE FROM jobs.settings');
  await eventually('the change', () => !settings.current().readOnlyRegistry);
});
