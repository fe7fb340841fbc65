import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertMsrShape } from '../msr-definitions.ts';
import { startApi, type TestApi } from '../test-api.ts';

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

/** A cron without the times of its next runs, which go on. */
function withoutTime({ nextRun: _nextRun, nextRuns: _nextRuns, ...cron }: CronView): object {
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
    assert.equal((await api.send(method, `${cronsPath}/no-such`)).outcome, '404 NO_SUCH_CRON', method);
  }
  assert.equal(api.wakeUps.length, 2);
});

test('what is wrong with a cron is refused by name, and the cron that was there stays', async (t) => {
  const api = await startApi(t);
  const cron = await save(api, { action: 'sleep', schedule: '@hourly' });
  const right = { action: 'sleep', schedule: '@daily' };
  const cases: readonly (readonly [object, string, RegExp])[] = [
    [{ action: 'sleep' }, '400 INVALID_JSON', /"schedule" is missing in body/],
    [{ ...right, schedule: 60 }, '400 INVALID_JSON', /schedule must be a text/],
    [{ ...right, schedule: '' }, '400 INVALID_JSON', /schedule/],
    [{ ...right, schedule: '0 0 * * *' }, '400 INVALID_SCHEDULE', /it has 5 fields; a schedule has 6 fields/],
    [{ ...right, schedule: '0 0 0 30 2 *' }, '400 INVALID_SCHEDULE', /is not a schedule/],
    [{ ...right, schedule: '0 0 0 31 6 *' }, '400 INVALID_SCHEDULE', /is not a schedule/],
    [{ ...right, schedule: '0 0 0 31 2,4,6,9,11 *' }, '400 INVALID_SCHEDULE', /is not a schedule/],
    [{ ...right, schedule: '0 0 0 0 1 *' }, '400 INVALID_SCHEDULE', /is not a schedule/],
    [{ ...right, schedule: '0 0 0 1 13 *' }, '400 INVALID_SCHEDULE', /is not a schedule/],
    [{ ...right, schedule: '0 0 24 * * *' }, '400 INVALID_SCHEDULE', /is not a schedule/],
    [{ ...right, schedule: '60 0 0 * * *' }, '400 INVALID_SCHEDULE', /is not a schedule/],
    [{ ...right, schedule: '@reboot' }, '400 INVALID_SCHEDULE', /unknown form @reboot/],
    [{ ...right, schedule: 'constructor' }, '400 INVALID_SCHEDULE', /it has 1 field;/],
    [{ ...right, schedule: '0 0 0 * * \u0000' }, '400 INVALID_SCHEDULE', /is not supported/],
    [{ ...right, action: 'no-such' }, '400 NO_SUCH_ACTION', /no-such/],
    [{ ...right, action: 'webhook' }, '400 ACTION_NOT_STARTABLE', /started by api or event, not by schedule/],
    [{ ...right, parameters: { minutes: '1' } }, '400 INVALID_PARAMETERS', /minutes/],
    [{ ...right, deadline: '1 hour' }, '400 INVALID_PARAMETERS', /deadline/],
    [{ ...right, stopTimeout: 'x' }, '400 INVALID_PARAMETERS', /stopTimeout/],
    [{ ...right, scheduledAt: '' }, '400 INVALID_JSON', /"scheduledAt" is not known in body/],
    [{ ...right, retries: null }, '400 INVALID_JSON', /retries/],
    [{ ...right, name: 'false' }, '400 INVALID_CRON_NAME', /name of another action/],
    [{ ...right, name: 'Nightly' }, '400 INVALID_CRON_NAME', /lower-case/],
    [{ ...right, name: '../x' }, '400 INVALID_CRON_NAME', /lower-case/],
    [{ ...right, name: 'a'.repeat(65) }, '400 INVALID_CRON_NAME', /1 to 64/],
    [{ ...right, name: '-' }, '400 INVALID_CRON_NAME', /letter or digit first/],
    [{ ...right, timeZone: 'Europe/Atlantis' }, '400 INVALID_TIME_ZONE', /IANA/],
    [{ ...right, timeZone: '+02:00' }, '400 INVALID_TIME_ZONE', /Europe\/Berlin/],
    [{ ...right, timeZone: 1 }, '400 INVALID_JSON', /timeZone must be a text/],
    [{ ...right, jitter: '25h' }, '400 INVALID_PARAMETERS', /jitter "25h" is not a duration from 0s to 24h/],
    [{ ...right, jitter: 'some' }, '400 INVALID_PARAMETERS', /jitter/],
    [{ ...right, catchupWindow: '9s' }, '400 INVALID_PARAMETERS', /catchupWindow "9s" is not a duration from 10s/],
    [{ ...right, paused: true }, '400 INVALID_JSON', /"paused" is not known in body/],
  ];
  for (const [body, outcome, message] of cases) {
    const response = await api.send('POST', cronsPath, { body });
    assert.equal(response.outcome, outcome, `${JSON.stringify(body)}: ${response.text}`);
    assert.match(response.message, message);
  }
  assert.deepEqual(withoutTime((await api.send('GET', `${cronsPath}/sleep`)).json as CronView), withoutTime(cron));
  assert.deepEqual(api.wakeUps, ['schedules']);
});

test('an action has any number of crons with names of their own', async (t) => {
  const api = await startApi(t);
  await save(api, { action: 'sleep', schedule: '@hourly' });
  const nightly = await save(api, {
    name: 'nightly-sleep',
    action: 'sleep',
    schedule: '0 0 3 * * *',
    timeZone: 'europe/berlin',
    jitter: '5m',
    catchupWindow: '2h',
  });
  assert.deepEqual(
    [nightly['name'], nightly['action'], nightly['timeZone'], nightly['jitter'], nightly['catchupWindow']],
    ['nightly-sleep', 'sleep', 'Europe/Berlin', '5m', '2h'],
  );
  const nextRuns = nightly['nextRuns'] as string[];
  assert.deepEqual([nextRuns.length, nextRuns[0]], [5, nightly.nextRun]);
  for (const time of nextRuns) assert.match(time, /T0[12]:00:00\.000Z$/, 'three in the morning in Berlin');
  const { crons } = (await api.send('GET', cronsPath)).json as { crons: CronView[] };
  assert.deepEqual(
    crons.map(({ name, catchupWindow }) => [name, catchupWindow]),
    [
      ['nightly-sleep', '2h'],
      ['sleep', '10m'],
    ],
  );
  const changed = await save(api, { name: 'nightly-sleep', action: 'sleep', schedule: '@daily' });
  assert.deepEqual(
    [changed.id, changed['timeZone'], changed['jitter'], changed['catchupWindow']],
    [nightly.id, 'UTC', '', '24h'],
  );
  const other = await api.send('POST', cronsPath, {
    body: { name: 'nightly-sleep', action: 'false', schedule: '@daily' },
  });
  assert.equal(other.outcome, '409 CRON_EXISTS');
  assert.equal((await save(api, { name: 'sleep', action: 'sleep', schedule: '@daily' }))['schedule'], '@daily');
  assert.equal((await api.send('DELETE', `${cronsPath}/nightly-sleep`)).status, 204);
  assert.equal((await api.send('GET', `${cronsPath}/nightly-sleep`)).outcome, '404 NO_SUCH_CRON');
  assert.equal((await api.send('GET', `${cronsPath}/sleep`)).status, 200);
});

test('there are a thousand crons at the most', async (t) => {
  const api = await startApi(t);
  await api.pool.query(`
    INSERT INTO jobs.crons (name, action, schedule, retries, parameters, capacity_map, deadline, stop_timeout, requested_by)
    SELECT 'cron-' || i, 'sleep', '@daily', 0, '{}', '{}', '', '', 'admin' FROM generate_series(1, 1000) i`);
  const more = await api.send('POST', cronsPath, { body: { action: 'sleep', schedule: '@daily' } });
  assert.equal(more.outcome, '409 LIMIT_REACHED');
  await save(api, { name: 'cron-7', action: 'sleep', schedule: '@hourly' });
  assert.equal((await api.send('DELETE', `${cronsPath}/cron-8`)).status, 204);
  await save(api, { action: 'sleep', schedule: '@daily' });
});

test('a cron is paused with a note, stays paused when it is changed, and goes on', async (t) => {
  const api = await startApi(t);
  await save(api, { action: 'sleep', schedule: '@hourly' });
  const pause = async (command: string, body?: object) => {
    const response = await api.send('POST', `${cronsPath}/sleep/${command}`, body ? { body } : {});
    assert.equal(response.status, 202, response.text);
    assertMsrShape('tmpresponses.Cron', response.json);
    const { isPaused, note } = response.json as CronView;
    return [isPaused, note];
  };
  assert.deepEqual(await pause('pause', { note: 'until the disk is replaced' }), [true, 'until the disk is replaced']);
  assert.equal((await save(api, { action: 'sleep', schedule: '@daily' }))['isPaused'], true);
  assert.deepEqual(await pause('resume'), [false, 'resumed by admin']);
  assert.deepEqual(await pause('pause'), [true, 'paused by admin']);
  assert.deepEqual(
    api.wakeUps,
    Array.from({ length: 5 }, () => 'schedules'),
  );
  const long = await api.send('POST', `${cronsPath}/sleep/pause`, { body: { note: 'x'.repeat(501) } });
  assert.equal(long.outcome, '400 INVALID_JSON');
  assert.equal((await api.send('POST', `${cronsPath}/none/pause`, { body: {} })).outcome, '404 NO_SUCH_CRON');
});

test('a cron is triggered: a job like those of its schedule, which it lists', async (t) => {
  const api = await startApi(t);
  await save(api, { name: 'naps', action: 'sleep', schedule: '@daily', parameters: { seconds: '7' }, retries: 2 });
  const response = await api.send('POST', `${cronsPath}/naps/trigger`);
  assert.equal(response.status, 202, response.text);
  assertMsrShape('tmpresponses.Job', response.json);
  const job = response.json as { id: string; [field: string]: unknown };
  assert.equal(response.headers['location'], `/api/v0/jobs/${encodeURIComponent(job.id)}`);
  assert.deepEqual(
    [job['action'], job['parameters'], job['retriesLeft'], job['cron'], job['trigger']],
    ['sleep', { seconds: '7' }, 2, 'naps', 'api'],
  );
  assert.deepEqual(api.wakeUps, ['schedules', 'dispatcher']);
  const { lastRuns } = (await api.send('GET', `${cronsPath}/naps`)).json as { lastRuns: Record<string, unknown>[] };
  assert.deepEqual(
    lastRuns.map(({ jobID, status, waitingReason }) => [jobID, status, waitingReason]),
    [[job.id, 'waiting', 'no worker lives: it starts once one does']],
  );
});

test('the last runs are the five newest of this cron, with the times at which they were due', async (t) => {
  const api = await startApi(t);
  await save(api, { name: 'naps', action: 'sleep', schedule: '@daily' });
  await save(api, { name: 'naps-2', action: 'sleep', schedule: '@daily' });
  await api.pool.query(`
    INSERT INTO jobs.jobs (id, action, status, parameters, capacity_map, retry_from_id, retries_left, retries_total,
      deadline, stop_timeout, trigger, requested_by, scheduled_at, cron)
    SELECT 'sleep:' || cron || '-2026-01-0' || i || 'T00:00:00Z', 'sleep', 'done', '{}', '{}', '', 0, 0, '', '',
           'schedule', 'admin', '2026-01-01T00:00:05Z'::timestamptz + (i - 1) * interval '1 day', cron
    FROM generate_series(1, 7) i, (VALUES ('naps'), ('naps-2'), ('')) c(cron)`);
  const { crons } = (await api.send('GET', cronsPath)).json as {
    crons: { name: string; lastRuns: { jobID: string; dueAt: string }[] }[];
  };
  for (const { name, lastRuns } of crons) {
    assert.deepEqual(
      lastRuns.map(({ jobID, dueAt }) => [jobID, dueAt]),
      [7, 6, 5, 4, 3].map((day) => [`sleep:${name}-2026-01-0${day}T00:00:00Z`, `2026-01-0${day}T00:00:00.000Z`]),
    );
  }
});
