import assert from 'node:assert/strict';
import { appendFile, readFile, stat } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { expectStatus } from './client.ts';
import { eventually } from './eventually.ts';
import { startJobrunner } from './jobrunner-process.ts';

const outside = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === 'IPv4' && !address.internal)?.address;

async function isReached(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  );
}

test(
  'a start without settings is there for this machine alone, and its logs stay within bounds',
  { skip: missing('temporal'), timeout: 300_000 },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const jobrunner = await startJobrunner(cleanUp, { isFirstStart: true });
    const { client, port, dataDir, metricsUrl } = jobrunner;

    await t.test('it says who reaches it, and how others would', async () => {
      assert.match(
        jobrunner.process.output.stdout,
        /^ {2}Open to +this machine alone; to others with HOST=0\.0\.0\.0/m,
      );
      assert.match(jobrunner.process.output.stdout, /^ {2}Metrics +http:\/\/127\.0\.0\.1:\d+\/metrics$/m);
      for (const host of ['localhost', '127.0.0.1'])
        assert.equal(await isReached(`http://${host}:${port}/livez`), true);
      assert.equal(await isReached(metricsUrl), true);
    });

    await t.test('neither the registry nor metrics are reached from elsewhere', { skip: !outside }, async () => {
      assert.equal(await isReached(`http://${outside}:${port}/livez`), false);
      assert.equal(await isReached(metricsUrl.replace('127.0.0.1', String(outside))), false);
    });

    await t.test('a log that has grown too large is set aside, and its servers go on writing', async () => {
      const path = (name: string): string => join(dataDir, 'logs', name);
      const filler = `${'x'.repeat(1023)}\n`.repeat(1024);
      for (const name of ['jobrunner.log', 'postgres.log']) {
        for (let mib = 0; mib < 21; mib++) await appendFile(path(name), filler);
        await eventually(`${name} to be set aside`, async () => (await stat(path(name))).size < 1024 * 1024);
        assert.ok((await stat(path(`${name}.1`))).size >= 21 * 1024 * 1024);
      }
      const jobId = await client.startJob('false');
      await client.waitForJob(jobId, ['error']);
      await eventually('the log to go on', async () => (await readFile(path('jobrunner.log'), 'utf8')).includes(jobId));
      assert.match(await readFile(path('jobrunner.log'), 'utf8'), /^\{"level"/, 'from its beginning');
    });

    await t.test('whoever opens it is told nothing of that', { skip: !outside }, async () => {
      assert.deepEqual(await jobrunner.process.stop('SIGINT'), { code: 0, signal: null });
      const open = await startJobrunner(cleanUp, { env: { HOST: '0.0.0.0' } });
      assert.doesNotMatch(open.process.output.stdout, /Open to/);
      assert.equal(await isReached(`http://${outside}:${open.port}/livez`), true);
      expectStatus(200, await open.client.api('GET', '/jobs'));
    });
  },
);
