import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run } from '../../local/process.ts';
import { missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { createClient, expectStatus } from './client.ts';
import { eventually } from './eventually.ts';
import { productEnv, startJobrunner } from './jobrunner-process.ts';
import { startWebhookReceiver } from './webhook-receiver.ts';

const cwd = fileURLToPath(new URL('../../', import.meta.url));

interface LogLine {
  readonly msg: string;
  readonly jobId?: string;
  readonly workflowId?: string;
  readonly runId?: string;
  readonly status?: string;
}

test(
  'what operators look at: the lines of jobs, the metrics, and a way back in',
  { skip: missing('temporal'), timeout: 300_000 },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const receiver = await startWebhookReceiver(cleanUp);
    receiver.answerWith(() => ({ status: 404 }));
    const jobrunner = await startJobrunner(cleanUp);
    const { client, dataDir, baseUrl } = jobrunner;

    await t.test('every line about a job names the job, its workflow and its run', async () => {
      await client.subscribe('TAG_PUSH', 'admin', receiver.url);
      await client.pushImage('admin/app', '1.0');
      const failed = await eventually('the webhook to be refused', async () => {
        const [job] = await client.listJobs('webhook');
        return job?.status === 'error' && job.id;
      });
      const done = await client.startJob('sleep', { seconds: '0' });
      await client.waitForJob(done, ['done']);
      const read = async (): Promise<LogLine[]> => {
        const text = await readFile(join(dataDir, 'logs', 'jobrunner.log'), 'utf8');
        return text
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line) as LogLine)
          .filter(({ jobId, workflowId }) => jobId !== undefined || workflowId !== undefined);
      };
      const lines = await eventually('the ends of both jobs', async () => {
        const found = await read();
        return found.filter(({ msg }) => msg === 'job ended').length === 2 && found;
      });
      for (const line of lines) {
        assert.ok(line.jobId && line.runId, JSON.stringify(line));
        assert.equal(line.workflowId, line.jobId);
      }
      const shown = lines.map(({ msg, jobId, status = '' }) => `${jobId} ${msg} ${status}`.trim());
      for (const jobId of [done, failed]) assert.ok(shown.includes(`${jobId} job started`), shown.join('\n'));
      assert.ok(shown.includes(`${done} job ended done`), shown.join('\n'));
      assert.ok(shown.includes(`${failed} job ended error`), shown.join('\n'));
      assert.ok(
        lines.some(({ jobId, msg }) => jobId === failed && /activity failed/i.test(msg)),
        `Temporal's SDK tells of the attempt that failed:\n${shown.join('\n')}`,
      );
    });

    await t.test('docs/metrics.md has every metric, and no other', async () => {
      const response = await fetch(jobrunner.metricsUrl);
      const served = [...(await response.text()).matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name);
      const page = await readFile(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
      const listed = [...page.matchAll(/^\| `((?:jobrunner|process|nodejs)_\w+)`/gm)].map(([, name = '']) => name);
      assert.deepEqual(listed.toSorted(), served.toSorted());
    });

    await t.test('a forgotten password is replaced, and the event says so', async () => {
      const env = productEnv({ JOBRUNNER_DATA_DIR: dataDir });
      const { code, stdout, stderr } = await run(process.execPath, ['local/reset-admin-password.ts'], { cwd, env });
      assert.equal(code, 0, stderr);
      const password = /^New password of admin, not shown again: (\S{20})$/m.exec(stdout)?.[1] ?? '';
      const admin = createClient(baseUrl, password);
      const path = '/events?objectType=PASSWORD&eventType=UPDATE';
      const { events } = expectStatus(200, await admin.api<{ events: { actorType: string }[] }>('GET', path));
      assert.deepEqual(
        events.map(({ actorType }) => actorType),
        ['system'],
      );
      await assert.rejects(createClient(baseUrl, jobrunner.password).token(''), /401/);
    });

    await t.test('without a database that runs, it says what to do', async () => {
      const env = productEnv({ JOBRUNNER_DATA_DIR: join(dataDir, 'none') });
      const { code, stdout, stderr } = await run(process.execPath, ['local/reset-admin-password.ts'], { cwd, env });
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, /no PostgreSQL runs on the data folder .*: start the program first, or set/);
    });
  },
);
