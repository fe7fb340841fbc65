import assert from 'node:assert/strict';
import { test } from 'node:test';
import { absentActions } from '../../../jobs/actions/absent-actions.ts';
import { actions, findAction } from '../../../jobs/actions/catalogue.ts';
import { jobStatuses } from '../../../jobs/records/status.ts';
import { startApi } from '../test-api.ts';

test('whoever is signed in reads the catalogue of actions', async (t) => {
  const api = await startApi(t);
  const response = await api.send('GET', '/api/v0/actions', { as: 'ada' });
  assert.equal(response.status, 200);
  const list = (response.json as { actions: Record<string, unknown>[] }).actions;
  assert.deepEqual(
    list.map(({ name }) => name),
    actions.map(({ name }) => name),
  );
  const sleep = (await api.send('GET', '/api/v0/actions/sleep', { as: 'ada' })).json as Record<string, unknown>;
  assert.deepEqual(
    sleep,
    list.find(({ name }) => name === 'sleep'),
  );
  assert.deepEqual(
    [sleep['parameters'], sleep['startedBy'], sleep['priority'], sleep['pausable'], sleep['defaultCron']],
    [
      {
        type: 'object',
        properties: {
          seconds: {
            type: 'string',
            pattern: '^[0-9]{1,6}$',
            description: 'how long to sleep',
            allowed: 'a whole number from 0 to 999999',
            maxLength: 255,
            default: '60',
          },
        },
        required: [],
        additionalProperties: false,
      },
      ['api', 'schedule'],
      3,
      true,
      null,
    ],
  );
  assert.equal((await api.send('GET', '/api/v0/actions/no-such')).outcome, '400 NO_SUCH_ACTION');
});

test('every word for a status that the catalogue names is taken by every filter, and answers have one of them', async (t) => {
  const api = await startApi(t);
  const { statuses } = (await api.send('GET', '/api/v0/actions')).json as {
    statuses: { name: string; aliases: string[] }[];
  };
  assert.deepEqual(
    statuses.map(({ name }) => name),
    [...jobStatuses],
  );
  assert.deepEqual(
    statuses.filter(({ aliases }) => aliases.length > 0),
    [
      { name: 'error', aliases: ['errored'] },
      { name: 'cancel', aliases: ['canceled'] },
    ],
  );
  for (const { name, aliases } of statuses) {
    const status = name === 'deleted' ? 'done' : name;
    await api.pool.query('DELETE FROM jobs.jobs');
    await api.pool.query(
      `INSERT INTO jobs.jobs (id, action, status, parameters, capacity_map, retry_from_id, retries_left, retries_total,
         deadline, stop_timeout, trigger, requested_by, scheduled_at)
       VALUES ('one', 'sleep', $1, '{}', '{}', '', 0, 0, '', '', 'api', 'admin', now())`,
      [status],
    );
    for (const word of [name, ...aliases]) {
      const listed = await api.send('GET', `/api/v0/jobs?status=${word}`);
      const found = (listed.json as { jobs: { status: string }[] }).jobs.map((job) => job.status);
      assert.deepEqual(found, name === 'deleted' ? [] : [name], word);
      const many = await api.send('POST', '/api/v0/jobs/cancel', { body: { status: word, dryRun: true } });
      assert.equal(many.status, 200, `${word}: ${many.text}`);
    }
  }
});

test('an action of MSR that is not here has no jobs, and who would start one is told what does its work', async (t) => {
  const api = await startApi(t);
  const listed = (await api.send('GET', '/api/v0/actions')).json as { absentActions: unknown };
  assert.deepEqual(listed.absentActions, absentActions);
  for (const { name, instead } of absentActions) {
    assert.equal(findAction(name), undefined, `${name} is here`);
    const found = await api.send('GET', `/api/v0/jobs?action=${name}`);
    assert.deepEqual([found.status, found.json], [200, { jobs: [] }], name);
    const many = await api.send('POST', '/api/v0/jobs/cancel', { body: { action: name } });
    assert.equal(many.status, 200, `${name}: ${many.text}`);
    for (const [path, fields] of [
      ['jobs', {}],
      ['crons', { schedule: '@daily' }],
      ['action_configs', { parameters: {} }],
    ] as const) {
      const refused = await api.send('POST', `/api/v0/${path}`, { body: { action: name, ...fields } });
      assert.equal(refused.outcome, '400 NO_SUCH_ACTION', `${path} ${name}`);
      assert.ok(refused.message.endsWith(instead), refused.message);
    }
  }
});
