import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actions } from '../../jobs/catalogue.ts';
import { startApi } from './test-api.ts';

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
