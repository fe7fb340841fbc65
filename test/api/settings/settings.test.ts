import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertMsrShape } from '../msr-definitions.ts';
import { startApi, type TestApi } from '../test-api.ts';

const path = '/api/v0/meta/settings';

async function read(api: TestApi): Promise<Record<string, unknown>> {
  const { status, json } = await api.send('GET', path);
  assert.equal(status, 200);
  return json as Record<string, unknown>;
}

test('the settings have the shape of MSR, and tell no key', async (t) => {
  const settings = await read(await startApi(t));
  assertMsrShape('responses.Settings', settings);
  assert.equal(settings['dtrHost'], 'registry.example:8080');
  assert.ok(!('webTLSKey' in settings));
});

test('a change changes what is sent, and nothing else, and wakes who follows them', async (t) => {
  const api = await startApi(t);
  const before = await read(api);
  const changed = await api.send('POST', path, {
    body: { createRepositoryOnPush: false, jobHistoryMaxAge: '24h0m0s', jobHistoryToKeep: 50 },
  });
  assert.equal(changed.status, 202);
  const after = { ...before, createRepositoryOnPush: false, jobHistoryMaxAge: '24h0m0s', jobHistoryToKeep: 50 };
  assert.deepEqual(changed.json, after);
  assert.deepEqual(await read(api), after);
  assert.deepEqual(api.wakeUps, ['settings']);
});

test('a client may send back all that it has read', async (t) => {
  const api = await startApi(t);
  const settings = await read(api);
  const { outcome } = await api.send('POST', path, { body: { ...settings, readOnlyRegistry: true } });
  assert.equal(outcome, '202');
  assert.deepEqual(await read(api), { ...settings, readOnlyRegistry: true });
});

test('what would be believed and do nothing is refused, and then nothing changes', async (t) => {
  const api = await startApi(t);
  const before = await read(api);
  const bad: readonly [unknown, RegExp][] = [
    [{ readOnlyRegistry: true, scanningEnabled: true }, /scanningEnabled cannot be changed here: this version has no/],
    [{ readOnlyRegistry: true, dtrHost: 'elsewhere' }, /dtrHost .*PUBLIC_URL/],
    [{ readOnlyRegistry: true, webTLSKey: 'secret key' }, /webTLSKey .*TLS_KEY_FILE/],
    [{ readOnlyRegistry: true, jobHistoryMaxAge: '30 days' }, /jobHistoryMaxAge "30 days" is not a duration/],
    [{ readOnlyRegistry: true, repoEventHistoryMaxAge: '-1h' }, /repoEventHistoryMaxAge/],
    [{ readOnlyRegistry: true, repoEventHistoryToKeep: -1 }, /settings.repoEventHistoryToKeep/],
    [{ readOnlyRegistry: true, jobHistoryToKeep: 1.5 }, /settings.jobHistoryToKeep/],
    [{ readOnlyRegistry: 'true' }, /settings.readOnlyRegistry must be true or false, and is "true"/],
    [{ readOnlyRegistry: true, nonsense: 1 }, /"nonsense" is not known in settings/],
    [[], /settings must be an object, and is a list/],
    [null, /settings must be an object, and is missing or null/],
  ];
  for (const [body, message] of bad) {
    const response = await api.send('POST', path, { body });
    assert.equal(response.outcome, '400 INVALID_SETTINGS', JSON.stringify(body));
    assert.match(response.message, message);
    assert.ok(!response.text.includes('secret key'));
  }
  assert.equal((await api.send('POST', path)).outcome, '400 INVALID_SETTINGS');
  assert.equal((await api.send('POST', path, { rawBody: '{' })).outcome, '400 INVALID_JSON');
  assert.deepEqual(await read(api), before);
  assert.equal((await api.pool.query(`SELECT FROM registry.events WHERE kind = 'SETTINGS_UPDATE'`)).rowCount, 0);
});
