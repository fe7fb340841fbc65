import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { UsageReport } from '../../settings/usage-report.ts';
import { storeSettings } from '../jobs/histories.ts';
import { missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { startTestJobrunner } from './test-jobrunner.ts';

test('the job analytics_report', { skip: missing('temporal') }, async (t) => {
  const cleanUp = createCleanUp(t);
  const received: { headers: IncomingHttpHeaders; body: string }[] = [];
  const statuses: number[] = [];
  const server = createServer((req, res) => {
    let body = '';
    req.setEncoding('utf8').on('data', (text: string) => (body += text));
    req.on('end', () => {
      received.push({ headers: req.headers, body });
      res.writeHead(statuses.shift() ?? 202).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp.after(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.address() as AddressInfo;
  const jobrunner = await startTestJobrunner(cleanUp, { analyticsUrl: `http://127.0.0.1:${port}/reports` });

  await t.test('sends nothing until an administrator wants it', async () => {
    const job = await jobrunner.ended(await jobrunner.submit('analytics_report'));
    assert.deepEqual([job.status, job.result], ['done', { outcome: 'off' }]);
    assert.equal(received.length, 0);
  });

  await t.test('sends the report, again where the receiver is not well', async () => {
    await storeSettings(jobrunner.pool, { reportAnalytics: true, anonymizeAnalytics: true });
    statuses.push(503);
    const jobId = await jobrunner.submit('analytics_report');
    const job = await jobrunner.ended(jobId);
    const [first, second] = received;
    assert.equal(received.length, 2);
    assert.deepEqual(job.result, {
      outcome: 'sent',
      status: 202,
      sizeBytes: Buffer.byteLength(second?.body ?? ''),
    });
    for (const { headers } of received) assert.equal(headers['x-jobrunner-delivery'], jobId);
    const report = JSON.parse(second?.body ?? '') as UsageReport;
    assert.deepEqual([report.isAnonymous, report.names], [true, undefined]);
    assert.equal((JSON.parse(first?.body ?? '') as UsageReport).installation, report.installation);
  });

  await t.test('fails where the receiver does not want it', async () => {
    statuses.push(403);
    const job = await jobrunner.ended(await jobrunner.submit('analytics_report'));
    assert.deepEqual([job.status, job.failure], ['error', `http://127.0.0.1:${port} answered 403`]);
    assert.equal(received.length, 3);
  });
});
