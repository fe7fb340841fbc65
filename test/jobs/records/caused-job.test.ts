import assert from 'node:assert/strict';
import { test } from 'node:test';
import { webhookAction } from '../../../jobs/actions/webhook.ts';
import { causedJob } from '../../../jobs/records/caused-job.ts';

const about = { requestedBy: 'ada', namespace: 'acme', repository: 'acme/app' };
const parameters = { eventID: 'e', webhookID: 'w', type: 'TAG_PUSH' };

test('a job that the registry causes has the id of its cause, and else what its action says', () => {
  assert.deepEqual(causedJob(webhookAction, parameters, about), {
    ...about,
    id: 'webhook:e:w',
    retryFromId: 'webhook:e:w',
    action: 'webhook',
    parameters,
    capacityMap: {},
    retriesLeft: 0,
    retriesTotal: 0,
    deadline: '',
    stopTimeout: '',
    trigger: 'event',
    cron: '',
  });
  assert.deepEqual(causedJob(webhookAction, parameters, { ...about, capacityMap: { scan: 1 } }).capacityMap, {
    scan: 1,
  });
  assert.throws(() => causedJob(webhookAction, { eventID: 'e' }, about), /webhook has its id from webhookID/);
});
