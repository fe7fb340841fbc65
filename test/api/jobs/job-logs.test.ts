import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { appendJobLog } from '../../../jobs/records/logs.ts';
import { deleteJob } from '../../../jobs/records/commands.ts';
import { endJob } from '../../../jobs/records/end-job.ts';
import { acceptStart, addJob } from '../../jobs/test-jobs.ts';
import { eventually } from '../../registry/test-registry.ts';
import { assertMsrShape } from '../msr-definitions.ts';
import { basic, startApi, type TestApi } from '../test-api.ts';

interface LogLine {
  readonly lineNum: number;
  readonly data: string;
}

const timeout = 30_000;

function logsPath(jobId: string, query = ''): string {
  return `/api/v0/jobs/${encodeURIComponent(jobId)}/logs${query}`;
}

async function addLines({ pool, wakeFollowers }: TestApi, jobId: string, ...messages: string[]): Promise<void> {
  await appendJobLog(
    pool,
    jobId,
    messages.map((msg) => ({ level: 'info', msg })),
  );
  wakeFollowers();
}

/** The messages of lines, checked against MSR's definition. */
function messagesOf(lines: unknown): string[] {
  assert.ok(Array.isArray(lines));
  for (const line of lines) assertMsrShape('tmpresponses.JobLog', line);
  return (lines as LogLine[]).map(({ data }) => (JSON.parse(data) as { msg: string }).msg);
}

/** A response that is read while it grows. */
interface Following {
  readonly contentType: string | undefined;
  /** What has come so far. */
  readonly text: () => string;
  /** Resolves at the end; rejects if it is cut off. */
  readonly ended: Promise<void>;
  readonly disconnect: () => void;
}

async function follow({ port }: TestApi, path: string, accept = 'application/json'): Promise<Following> {
  return new Promise((resolve, reject) => {
    const req = http.get(
      { port, host: '127.0.0.1', path, agent: false, headers: { ...basic('admin'), accept } },
      (res) => {
        res.setEncoding('utf8');
        let text = '';
        res.on('data', (chunk: string) => (text += chunk));
        const ended = new Promise<void>((end, fail) => {
          res.on('end', end);
          res.on('error', fail);
        });
        ended.catch(() => undefined);
        resolve({
          contentType: res.headers['content-type'],
          text: () => text,
          ended,
          disconnect: () => void req.destroy(),
        });
      },
    );
    req.on('error', reject);
  });
}

async function startRunningJob(api: TestApi): Promise<string> {
  const jobId = await addJob(api.pool);
  await acceptStart(api.pool, jobId);
  return jobId;
}

test('a log is read from a line on, and as many lines as asked for; 0 means all', async (t) => {
  const api = await startApi(t);
  const jobId = await addJob(api.pool);
  assert.deepEqual((await api.send('GET', logsPath(jobId))).json, []);
  await addLines(api, jobId, 'zero', 'one', 'two', 'three');
  const read = async (query: string) => messagesOf((await api.send('GET', logsPath(jobId, query))).json);
  assert.deepEqual(await read(''), ['zero', 'one', 'two', 'three']);
  assert.deepEqual(await read('?stream=false&offset=0&limit=0'), ['zero', 'one', 'two', 'three']);
  assert.deepEqual(await read('?offset=1&limit=2'), ['one', 'two']);
  assert.deepEqual(await read('?offset=3'), ['three']);
  assert.deepEqual(await read('?offset=4'), []);
});

test('bad numbers and unknown parameters are refused', async (t) => {
  const api = await startApi(t);
  const jobId = await addJob(api.pool);
  for (const query of ['?offset=-1', '?limit=-1', '?limit=x', '?offset=3000000000', '?stream=perhaps', '?tail=5']) {
    assert.equal((await api.send('GET', logsPath(jobId, query))).outcome, '400 INVALID_PARAMETERS', query);
  }
  assert.equal((await api.send('GET', logsPath('sleep:none', '?stream=true'))).outcome, '404 NO_SUCH_JOB');
});

test('a stream grows with the log, and ends with the job as one JSON array', { timeout }, async (t) => {
  const api = await startApi(t);
  const jobId = await startRunningJob(api);
  await addLines(api, jobId, 'before');
  const following = await follow(api, logsPath(jobId, '?stream=true'));
  assert.equal(following.contentType, 'application/json; charset=utf-8');
  for (const message of ['first', 'second']) {
    await addLines(api, jobId, message);
    await eventually(() => Promise.resolve(following.text().includes(message)));
  }
  await endJob(api.pool, { jobId, status: 'done' });
  api.wakeFollowers();
  await following.ended;
  assert.deepEqual(messagesOf(JSON.parse(following.text())), ['before', 'first', 'second', 'done']);
  assert.equal(api.followers(), 0);
});

test('a stream begins at its offset, and gives one object a line to whoever accepts that', { timeout }, async (t) => {
  const api = await startApi(t);
  const jobId = await startRunningJob(api);
  await addLines(api, jobId, 'zero', 'one');
  const following = await follow(api, logsPath(jobId, '?stream=true&offset=1'), 'application/x-ndjson');
  assert.equal(following.contentType, 'application/x-ndjson');
  await addLines(api, jobId, 'two');
  await endJob(api.pool, { jobId, status: 'done' });
  api.wakeFollowers();
  await following.ended;
  const lines = following.text().trimEnd().split('\n');
  assert.deepEqual(messagesOf(lines.map((line) => JSON.parse(line) as unknown)), ['one', 'two', 'done']);
});

test('a stream answers at once, also while there is no line yet', { timeout }, async (t) => {
  const api = await startApi(t);
  const jobId = await startRunningJob(api);
  for (const accept of ['application/json', 'application/x-ndjson']) {
    const following = await follow(api, logsPath(jobId, '?stream=true'), accept);
    following.disconnect();
  }
});

test('the stream of a job that has ended ends at once, also without any line', { timeout }, async (t) => {
  const api = await startApi(t);
  const jobId = await addJob(api.pool);
  await endJob(api.pool, { jobId, status: 'done' });
  const whole = await api.send('GET', logsPath(jobId, '?stream=true'));
  assert.deepEqual(messagesOf(whole.json), ['done']);
  assert.deepEqual((await api.send('GET', logsPath(jobId, '?stream=true&offset=5'))).json, []);
});

test('a long log is streamed in whole', { timeout }, async (t) => {
  const api = await startApi(t);
  const jobId = await addJob(api.pool);
  await addLines(api, jobId, ...Array.from({ length: 2_000 }, (_, index) => String(index)));
  await endJob(api.pool, { jobId, status: 'done' });
  const lines = (await api.send('GET', logsPath(jobId, '?stream=true'))).json as LogLine[];
  assert.deepEqual(
    lines.map(({ lineNum }) => lineNum),
    Array.from({ length: 2_001 }, (_, index) => index),
  );
});

test('a stream ends when its job is deleted', { timeout }, async (t) => {
  const api = await startApi(t);
  const jobId = await startRunningJob(api);
  await addLines(api, jobId, 'only');
  const following = await follow(api, logsPath(jobId, '?stream=true'));
  await eventually(() => Promise.resolve(following.text().includes('only')));
  await deleteJob(api.pool, jobId);
  await following.ended;
  assert.deepEqual(messagesOf(JSON.parse(following.text())), ['only']);
});

test('a stream ends when the server stops, while its job goes on', { timeout }, async (t) => {
  const api = await startApi(t);
  const jobId = await startRunningJob(api);
  await addLines(api, jobId, 'only');
  const following = await follow(api, logsPath(jobId, '?stream=true'));
  await eventually(() => Promise.resolve(api.followers() === 1));
  api.stop();
  await following.ended;
  assert.equal(api.followers(), 0);
});

test('a client that goes away is not followed for', { timeout }, async (t) => {
  const api = await startApi(t);
  const jobId = await startRunningJob(api);
  await addLines(api, jobId, 'only');
  const clients = await Promise.all(Array.from({ length: 5 }, () => follow(api, logsPath(jobId, '?stream=true'))));
  await eventually(() => Promise.resolve(api.followers() === 5));
  for (const client of clients) client.disconnect();
  await eventually(() => Promise.resolve(api.followers() === 0));
});
