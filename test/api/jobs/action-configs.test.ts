import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertMsrShape } from '../msr-definitions.ts';
import { startApi } from '../test-api.ts';

const path = '/api/v0/action_configs';

test('a config is made, found, listed, changed and deleted', async (t) => {
  const api = await startApi(t);
  assert.deepEqual((await api.send('GET', path)).json, { actionConfigs: [] });
  const form = { action: 'onlinegc_blobs', parameters: { dryRun: 'true' } };
  const made = await api.send('POST', path, { body: form });
  assert.equal(made.status, 202, made.text);
  assertMsrShape('tmpresponses.ActionConfig', made.json);
  const config = made.json as { id: string };
  assert.deepEqual(config, { id: config.id, ...form });
  assert.deepEqual((await api.send('GET', `${path}/onlinegc_blobs`)).json, config);
  const list = (await api.send('GET', path)).json;
  assertMsrShape('tmpresponses.ActionConfigs', list);
  assert.deepEqual(list, { actionConfigs: [config] });
  const other = await api.send('POST', path, { body: { ...form, parameters: { batchSize: '5' } } });
  assert.deepEqual(other.json, { ...config, parameters: { batchSize: '5' } }, 'the new one takes the place of the old');
  assert.equal((await api.send('DELETE', `${path}/onlinegc_blobs`)).status, 204);
  assert.equal((await api.send('GET', `${path}/onlinegc_blobs`)).outcome, '404 NO_SUCH_ACTION_CONFIG');
  assert.equal((await api.send('DELETE', `${path}/onlinegc_blobs`)).outcome, '404 NO_SUCH_ACTION_CONFIG');
  assert.deepEqual(api.wakeUps, ['schedules', 'schedules', 'schedules']);
});

test('the parameters of a job lie over the config, and need only what this leaves out', async (t) => {
  const api = await startApi(t);
  const id = '00000000-0000-4000-8000-000000000000';
  const save = async (action: string, parameters: object) => {
    assert.equal((await api.send('POST', path, { body: { action, parameters } })).status, 202);
  };
  const submit = async (body: object) => {
    const response = await api.send('POST', '/api/v0/jobs', { body });
    return response.status === 202 ? (response.json as { parameters: object }).parameters : response.outcome;
  };
  await save('upload_purge', { dryRun: 'true', batchSize: '7' });
  assert.deepEqual(await submit({ action: 'upload_purge' }), { dryRun: 'true', batchSize: '7' });
  assert.deepEqual(await submit({ action: 'upload_purge', parameters: { dryRun: 'false' } }), {
    dryRun: 'false',
    batchSize: '7',
  });
  assert.equal(await submit({ action: 'webhook', parameters: { eventID: id } }), '400 INVALID_PARAMETERS');
  await save('webhook', { webhookID: id });
  assert.deepEqual(await submit({ action: 'webhook', parameters: { eventID: id } }), { eventID: id, webhookID: id });
});

test('a config that makes no sense is refused, and changes nothing', async (t) => {
  const api = await startApi(t);
  const cases: readonly (readonly [unknown, string, RegExp])[] = [
    [{}, '400 INVALID_JSON', /action/],
    [{ action: 'no-such' }, '400 NO_SUCH_ACTION', /no-such/],
    [{ action: 'sleep', parameters: { seconds: 5 } }, '400 INVALID_JSON', /seconds must be a text/],
    [
      { action: 'sleep', parameters: { seconds: 'long' } },
      '400 INVALID_PARAMETERS',
      /seconds is "long": it must be a whole number/,
    ],
    [
      { action: 'sleep', parameters: { minutes: '5' } },
      '400 INVALID_PARAMETERS',
      /"minutes" is not known in parameters of sleep/,
    ],
    [{ action: 'sleep', retries: 1 }, '400 INVALID_JSON', /"retries" is not known in body/],
  ];
  for (const [body, outcome, message] of cases) {
    const response = await api.send('POST', path, { body });
    assert.equal(response.outcome, outcome, JSON.stringify(body));
    assert.match(response.message, message);
  }
  for (const method of ['GET', 'DELETE']) {
    assert.equal((await api.send(method, `${path}/no-such`)).outcome, '400 NO_SUCH_ACTION');
  }
  assert.deepEqual((await api.send('GET', path)).json, { actionConfigs: [] });
});
