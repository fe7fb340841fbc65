import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertMsrShape } from './msr-definitions.ts';
import { startApi, type TestApi } from './test-api.ts';

interface CronView {
  readonly id: string;
  readonly nextRun: string;
  readonly [field: string]: unknown;
}

const cronsPath = '/api/v0/crons';

async function save(api: TestApi, body: object): Promise<CronView> {
  const response = await api.send('POST', cronsPath, { body });
  assert.equal(response.status, 202, response.text);
  assertMsrShape('tmpresponses.Cron', response.json);
  return response.json as CronView;
}

/** A cron without the time of its next run, which goes on. */
function withoutTime({ nextRun: _nextRun, ...cron }: CronView): object {
  return cron;
}

test('a cron is made, found by its action, listed, and told to the schedules', async (t) => {
  const api = await startApi(t);
  assert.deepEqual((await api.send('GET', cronsPath)).json, { crons: [] });
  const form = {
    action: 'onlinegc_blobs',
    schedule: '0 0 1 * * 0',
    retries: 1,
    parameters: { dryRun: 'true' },
    capacityMap: {},
    deadline: '',
    stopTimeout: '30s',
  };
  const before = Date.now();
  const cron = await save(api, form);
  assert.deepEqual({ ...cron, ...form }, cron);
  assert.ok(Date.parse(cron.nextRun) > before && Date.parse(cron.nextRun) < before + 8 * 24 * 3_600_000, cron.nextRun);
  assert.match(cron.nextRun, /T01:00:00\.000Z$/);
  assert.deepEqual(api.wakeUps, ['schedules']);

  const found = await api.send('GET', `${cronsPath}/onlinegc_blobs`);
  assert.equal(found.status, 200);
  assertMsrShape('tmpresponses.Cron', found.json);
  assert.deepEqual(withoutTime(found.json as CronView), withoutTime(cron));
  const list = (await api.send('GET', cronsPath)).json;
  assertMsrShape('tmpresponses.Crons', list);
  assert.deepEqual((list as { crons: CronView[] }).crons.map(withoutTime), [withoutTime(cron)]);
});

test('an action has one cron: a second POST changes it', async (t) => {
  const api = await startApi(t);
  const first = await save(api, { action: 'sleep', schedule: '@hourly', retries: 5, parameters: { seconds: '1' } });
  const second = await save(api, { action: 'sleep', schedule: '@every 90m' });
  assert.deepEqual(
    [second.id, second['schedule'], second['retries'], second['parameters']],
    [first.id, '@every 90m', 0, {}],
  );
  await save(api, { action: 'false', schedule: '@daily' });
  const { crons } = (await api.send('GET', cronsPath)).json as { crons: CronView[] };
  assert.deepEqual(
    crons.map(({ action }) => action),
    ['false', 'sleep'],
  );
});

test('a cron that is deleted is gone, and the schedules hear of it', async (t) => {
  const api = await startApi(t);
  await save(api, { action: 'sleep', schedule: '@hourly' });
  const deleted = await api.send('DELETE', `${cronsPath}/sleep`);
  assert.deepEqual([deleted.status, deleted.text], [204, '']);
  assert.deepEqual(api.wakeUps, ['schedules', 'schedules']);
  for (const method of ['GET', 'DELETE']) {
    assert.equal((await api.send(method, `${cronsPath}/sleep`)).outcome, '404 NO_SUCH_CRON', method);
    assert.equal((await api.send(method, `${cronsPath}/no-such`)).outcome, '400 NO_SUCH_ACTION', method);
  }
  assert.equal(api.wakeUps.length, 2);
});

test('what is wrong with a cron is refused by name, and the cron that was there stays', async (t) => {
  const api = await startApi(t);
  const cron = await save(api, { action: 'sleep', schedule: '@hourly' });
  const right = { action: 'sleep', schedule: '@daily' };
  const cases: readonly (readonly [object, string, RegExp])[] = [
    [{ action: 'sleep' }, '400 INVALID_JSON', /required property 'schedule'/],
    [{ ...right, schedule: 60 }, '400 INVALID_JSON', /schedule must be string/],
    [{ ...right, schedule: '' }, '400 INVALID_JSON', /schedule/],
    [{ ...right, schedule: '0 0 * * *' }, '400 INVALID_SCHEDULE', /it has 5 fields; a schedule has 6 fields/],
    [{ ...right, schedule: '0 0 0 30 2 *' }, '400 INVALID_SCHEDULE', /is not a schedule/],
    [{ ...right, schedule: '@reboot' }, '400 INVALID_SCHEDULE', /unknown form @reboot/],
    [{ ...right, schedule: 'constructor' }, '400 INVALID_SCHEDULE', /it has 1 field;/],
    [{ ...right, schedule: '0 0 0 * * \u0000' }, '400 INVALID_SCHEDULE', /is not supported/],
    [{ ...right, action: 'no-such' }, '400 NO_SUCH_ACTION', /no-such/],
    [{ ...right, action: 'webhook' }, '400 ACTION_NOT_STARTABLE', /started by api or event, not by schedule/],
    [{ ...right, parameters: { minutes: '1' } }, '400 INVALID_PARAMETERS', /minutes/],
    [{ ...right, deadline: '1 hour' }, '400 INVALID_PARAMETERS', /deadline/],
    [{ ...right, stopTimeout: 'x' }, '400 INVALID_PARAMETERS', /stopTimeout/],
    [{ ...right, scheduledAt: '' }, '400 INVALID_JSON', /no property "scheduledAt"/],
    [{ ...right, retries: null }, '400 INVALID_JSON', /retries/],
  ];
  for (const [body, outcome, message] of cases) {
    const response = await api.send('POST', cronsPath, { body });
    assert.equal(response.outcome, outcome, `${JSON.stringify(body)}: ${response.text}`);
    assert.match(response.message, message);
  }
  assert.deepEqual(withoutTime((await api.send('GET', `${cronsPath}/sleep`)).json as CronView), withoutTime(cron));
  assert.deepEqual(api.wakeUps, ['schedules']);
});
