import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endJob } from '../../../jobs/records/end-job.ts';
import { startJob } from '../../../jobs/records/records.ts';
import { acceptStart, addJob, jobInput, outboxOf, rowOf } from '../../jobs/test-jobs.ts';
import { assertMsrShape } from '../msr-definitions.ts';
import { startApi, type ApiResponse, type TestApi } from '../test-api.ts';

interface JobView {
  readonly id: string;
  readonly status: string;
  readonly [field: string]: unknown;
}

const jobsPath = '/api/v0/jobs';

/** The jobs of a list, checked against MSR's definition. */
function jobsOf(response: ApiResponse): JobView[] {
  assert.equal(response.status, 200, response.text);
  assertMsrShape('tmpresponses.Jobs', response.json);
  return (response.json as { jobs: JobView[] }).jobs;
}

async function submit(api: TestApi, body: object): Promise<JobView> {
  const response = await api.send('POST', jobsPath, { body });
  assert.equal(response.status, 202, response.text);
  assertMsrShape('tmpresponses.Job', response.json);
  return response.json as JobView;
}

function pathOf(jobId: string, rest = ''): string {
  return `${jobsPath}/${encodeURIComponent(jobId)}${rest}`;
}

test('a job that names its action alone is accepted, waits, and is found where Location says', async (t) => {
  const api = await startApi(t);
  const response = await api.send('POST', jobsPath, { body: { action: 'sleep' } });
  assert.equal(response.status, 202);
  const job = response.json as JobView;
  assertMsrShape('tmpresponses.Job', job);
  assert.deepEqual(
    [job.status, job['retryFromID'], job['workerID'], job['parameters'], job['capacityMap'], job['deadline']],
    ['waiting', job.id, '', {}, {}, ''],
  );
  assert.deepEqual([job['trigger'], job['requestedBy']], ['api', 'admin']);
  assert.deepEqual(api.wakeUps, ['dispatcher']);
  assert.deepEqual(await outboxOf(api.pool, job.id), [{ command: 'start', dueInSeconds: 0 }]);
  const found = await api.send('GET', String(response.headers.location));
  assert.deepEqual(
    [found.status, found.json],
    [200, { ...job, waitingReason: 'no worker lives: it starts once one does' }],
  );
});

test('every field of the form is taken, and null and empty mean none', async (t) => {
  const api = await startApi(t);
  const scheduledAt = '2099-01-01T00:00:00.000Z';
  const full = {
    action: 'sleep',
    parameters: { seconds: '5' },
    capacityMap: { scan: 1 },
    retries: 3,
    deadline: '1h30m',
    stopTimeout: '30s',
    scheduledAt,
  };
  const job = await submit(api, full);
  const { retries, ...same } = full;
  assert.deepEqual({ ...job, ...same, retriesLeft: retries, retriesTotal: retries }, job);
  const empty = { parameters: null, capacityMap: null, deadline: '', stopTimeout: '', scheduledAt: '' };
  assert.deepEqual((await submit(api, { action: 'sleep', ...empty }))['parameters'], {});
});

test('what is wrong with a job is refused by name, and makes no job', async (t) => {
  const api = await startApi(t);
  const cases: readonly (readonly [object, string, RegExp])[] = [
    [{}, '400 INVALID_JSON', /action/],
    [{ action: 7 }, '400 INVALID_JSON', /body\.action must be a text/],
    [
      { action: 'no-such' },
      '400 NO_SUCH_ACTION',
      /"no-such"; the actions are ([a-z_]+, )+sleep, upload_purge, webhook/,
    ],
    [{ action: 'constructor' }, '400 NO_SUCH_ACTION', /constructor/],
    [{ action: 'sleep', retry: 1 }, '400 INVALID_JSON', /"retry" is not known in body: known are action, .*retries/],
    [{ action: 'sleep', retries: -1 }, '400 INVALID_JSON', /retries must be a whole number from 0 to 100, and is -1/],
    [{ action: 'sleep', retries: 1.5 }, '400 INVALID_JSON', /retries must be a whole number/],
    [{ action: 'sleep', retries: '1' }, '400 INVALID_JSON', /retries must be a whole number/],
    [{ action: 'sleep', retries: 101 }, '400 INVALID_JSON', /retries must be .* to 100, and is 101/],
    [{ action: 'sleep', parameters: { seconds: 5 } }, '400 INVALID_JSON', /parameters\.seconds must be a text/],
    [{ action: 'sleep', parameters: ['5'] }, '400 INVALID_JSON', /parameters must be/],
    [
      { action: 'sleep', parameters: { minutes: '5' } },
      '400 INVALID_PARAMETERS',
      /"minutes" is not known in parameters of sleep/,
    ],
    [
      { action: 'sleep', parameters: { seconds: 'x' } },
      '400 INVALID_PARAMETERS',
      /\.seconds is "x": it must be a whole number/,
    ],
    [{ action: 'webhook' }, '400 INVALID_PARAMETERS', /"eventID" is missing in parameters of webhook/],
    [{ action: 'onlinegc_blobs', parameters: { batchSize: '1001' } }, '400 INVALID_PARAMETERS', /batchSize/],
    [{ action: 'sleep', capacityMap: { scan: 'x' } }, '400 INVALID_JSON', /capacityMap/],
    [{ action: 'sleep', capacityMap: { scan: -1 } }, '400 INVALID_JSON', /capacityMap/],
    [{ action: 'sleep', capacityMap: { 'a\nb': {} } }, '400 INVALID_JSON', /capacityMap/],
    [{ action: 'sleep', capacityMap: { '\u0000': 1 } }, '400 INVALID_JSON', /capacityMap/],
    [{ action: 'sleep', deadline: 'soon' }, '400 INVALID_PARAMETERS', /deadline "soon" is not a duration/],
    [{ action: 'sleep', deadline: '9999999999h' }, '400 INVALID_PARAMETERS', /deadline/],
    [{ action: 'sleep', stopTimeout: '-1s' }, '400 INVALID_PARAMETERS', /stopTimeout "-1s" is not a duration/],
    ...['tomorrow', '2026-01-01', '2026-13-01T00:00:00Z', '0000-01-01T00:00:00Z', '9999-12-31T23:59:59-14:00'].map(
      (scheduledAt) => [{ action: 'sleep', scheduledAt }, '400 INVALID_PARAMETERS', /scheduledAt/] as const,
    ),
  ];
  for (const [body, outcome, message] of cases) {
    const response = await api.send('POST', jobsPath, { body });
    assert.equal(response.outcome, outcome, `${JSON.stringify(body)}: ${response.text}`);
    assert.match(response.message, message);
  }
  assert.deepEqual(jobsOf(await api.send('GET', jobsPath)), []);
  assert.deepEqual(api.wakeUps, []);
});

/** Jobs of each status, the last scheduled first: g to a. */
async function addJobs({ pool }: TestApi): Promise<void> {
  const jobs = { a: 'done', b: 'running', c: 'error', d: 'cancel', e: 'waiting', f: 'deleted', g: 'worker_dead' };
  for (const [index, [id, status]] of Object.entries(jobs).entries()) {
    await addJob(pool, {
      id,
      action: id < 'd' ? 'sleep' : 'false',
      scheduledAt: new Date(Date.UTC(2026, 0, index + 1)),
    });
    await pool.query('UPDATE jobs.jobs SET status = $2, worker_id = $3 WHERE id = $1', [
      id,
      status,
      id < 'c' ? 'w1' : '',
    ]);
  }
}

test('jobs are listed by every filter, the most recently scheduled first', async (t) => {
  const api = await startApi(t);
  await addJobs(api);
  const lists = {
    '': 'gedcba',
    'action=any&worker=any&running=any&status=any': 'gedcba',
    'action=sleep': 'cba',
    'worker=w1': 'ba',
    'worker=w2': '',
    'worker=': 'gedc',
    'running=true': 'b',
    'running=false': 'gedca',
    'status=done': 'a',
    'status=error': 'c',
    'status=errored': 'c',
    'status=cancel': 'd',
    'status=canceled': 'd',
    'status=errored,canceled,waiting': 'edc',
    'status=deleted': '',
    'action=sleep&worker=w1&running=false': 'a',
    'limit=2': 'ge',
    'start=1&limit=2': 'ed',
    'start=100': '',
    'limit=0': '',
  };
  for (const [query, ids] of Object.entries(lists)) {
    const jobs = jobsOf(await api.send('GET', `${jobsPath}?${query}`));
    assert.equal(jobs.map(({ id }) => id).join(''), ids, query);
  }
});

test('jobs are listed by what they are about and who wants them, and on from a job', async (t) => {
  const api = await startApi(t);
  const acme = { namespace: 'acme', repository: 'acme/app', trigger: 'event', requestedBy: 'ada' } as const;
  await addJob(api.pool, { id: 'a', ...acme, scheduledAt: new Date(1) });
  await addJob(api.pool, { id: 'b', ...acme, repository: 'acme/b', scheduledAt: new Date(2) });
  await addJob(api.pool, { id: 'c', requestedBy: 'eve', scheduledAt: new Date(3) });
  const lists = {
    'namespace=acme': 'ba',
    'repository=acme/app': 'a',
    'requestedBy=ada': 'ba',
    'requestedBy=eve&trigger=any': 'c',
    'trigger=event&namespace=acme&action=sleep': 'ba',
    'trigger=retry': '',
    'after=c': 'ba',
    'after=b&limit=5': 'a',
    'after=a': '',
  };
  for (const [query, ids] of Object.entries(lists)) {
    const jobs = jobsOf(await api.send('GET', `${jobsPath}?${query}`));
    assert.equal(jobs.map(({ id }) => id).join(''), ids, query);
  }
  const [job] = jobsOf(await api.send('GET', `${jobsPath}?after=b`));
  assert.deepEqual(
    [job?.['namespace'], job?.['repository'], job?.['trigger'], job?.['priority'], job?.['paused']],
    ['acme', 'acme/app', 'event', 3, false],
  );
  assert.equal((await api.send('GET', `${jobsPath}?after=none`)).outcome, '404 NO_SUCH_JOB');
});

test('ten jobs are a page', async (t) => {
  const api = await startApi(t);
  for (let index = 0; index < 11; index++) await addJob(api.pool);
  assert.equal(jobsOf(await api.send('GET', jobsPath)).length, 10);
});

test('a filter that makes no sense is refused', async (t) => {
  const api = await startApi(t);
  const cases = {
    'status=finished': '400 INVALID_PARAMETERS',
    'status=constructor': '400 INVALID_PARAMETERS',
    'status=': '400 INVALID_PARAMETERS',
    'action=no-such': '400 NO_SUCH_ACTION',
    'running=maybe': '400 INVALID_PARAMETERS',
    'limit=-1': '400 INVALID_PARAMETERS',
    'limit=1001': '400 INVALID_PARAMETERS',
    'limit=ten': '400 INVALID_PARAMETERS',
    'start=1.5': '400 INVALID_PARAMETERS',
    'start=99999999999': '400 INVALID_PARAMETERS',
    'namespace=': '400 INVALID_PARAMETERS',
    'trigger=person': '400 INVALID_PARAMETERS',
    'after=': '400 INVALID_PARAMETERS',
    'color=red': '400 INVALID_PARAMETERS',
    'worker=%00': '400 INVALID_PARAMETERS',
  };
  for (const [query, outcome] of Object.entries(cases)) {
    assert.equal((await api.send('GET', `${jobsPath}?${query}`)).outcome, outcome, query);
  }
});

test('a cancel before the start ends the job; one of a running job asks for it; both answer 204', async (t) => {
  const api = await startApi(t);
  const waiting = await addJob(api.pool);
  const canceled = await api.send('POST', pathOf(waiting, '/cancel'));
  assert.deepEqual([canceled.status, canceled.text], [204, '']);
  assert.equal(((await api.send('GET', pathOf(waiting))).json as JobView).status, 'cancel');
  assert.deepEqual(api.wakeUps, [], 'Temporal need not be told');

  const running = await addJob(api.pool);
  await acceptStart(api.pool, running);
  await startJob(api.pool, { jobId: running, runId: 'run', workerId: 'w1', job: jobInput() });
  // Clients name the type of a body that they do not send.
  const headers = { 'content-type': 'application/json' };
  assert.equal((await api.send('POST', pathOf(running, '/cancel'), { headers })).status, 204);
  assert.equal(((await api.send('GET', pathOf(running))).json as JobView).status, 'cancel_request');
  assert.deepEqual(api.wakeUps, ['dispatcher']);
  assert.equal((await api.send('POST', pathOf(running, '/cancel'))).status, 204, 'and again');
});

test('a job that is deleted is gone for everybody, with 204', async (t) => {
  const api = await startApi(t);
  const ended = await addJob(api.pool);
  await endJob(api.pool, { jobId: ended, status: 'done' });
  const running = await addJob(api.pool);
  await acceptStart(api.pool, running);
  for (const jobId of [ended, running]) {
    const deleted = await api.send('DELETE', pathOf(jobId), { headers: { 'content-type': 'application/json' } });
    assert.deepEqual([deleted.status, deleted.text], [204, '']);
    for (const [method, rest] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/cancel'],
      ['GET', '/logs'],
    ] as const) {
      assert.equal((await api.send(method, pathOf(jobId, rest))).outcome, '404 NO_SUCH_JOB', `${method} ${rest}`);
    }
  }
  assert.equal(await rowOf(api.pool, ended), undefined);
  assert.deepEqual(api.wakeUps, ['dispatcher'], 'for the running one');
});

test('a job that nobody knows, whatever its id looks like', async (t) => {
  const api = await startApi(t);
  for (const id of ['none', 'sleep:none', `x'; DROP TABLE jobs.jobs; --`, '..', 'ü', 'a/b']) {
    assert.equal((await api.send('GET', pathOf(id))).outcome, '404 NO_SUCH_JOB', id);
  }
  assert.equal((await api.send('GET', pathOf('\u0000'))).outcome, '400 INVALID_PARAMETERS');
  assert.equal((await api.send('GET', pathOf('x'.repeat(256)))).outcome, '400 INVALID_PARAMETERS');
});

test('a failed job shows what it failed of, and the job that tries again where it came from', async (t) => {
  const api = await startApi(t);
  const first = await addJob(api.pool, { retriesLeft: 1, retriesTotal: 1 });
  await endJob(api.pool, { jobId: first, status: 'error', failure: 'disk full' });
  const failed = (await api.send('GET', pathOf(first))).json as JobView;
  assertMsrShape('tmpresponses.Job', failed);
  assert.deepEqual([failed.status, failed['failure']], ['error', 'disk full']);
  const retry = (await api.send('GET', pathOf(`${first}~1`))).json as JobView;
  assert.deepEqual([retry['retryFromID'], retry['retriesLeft'], retry['retriesTotal']], [first, 0, 1]);
});
