import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { dueTime } from '../../jobs/crons/cron-runs.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { startTestTemporal } from '../support/temporal.ts';
import { missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { eachOf } from './each-of.ts';
import { eventually } from './eventually.ts';
import { startJobrunner, startRole, temporaryDataDir } from './jobrunner-process.ts';
import { servicesEnv } from './services-env.ts';

const skip = missing('temporal');

// The long form has 250 (test/soak/README.md).
const cronCount = Number(process.env['CRON_COUNT'] ?? 12);
// Some are due before everything is down, some while it is, and some after it is up again.
const spreadMs = Math.max(36_000, cronCount * 240);
const quietMs = 4_000;

interface CronView {
  readonly name: string;
  readonly isApplied: boolean;
}

suite('crons and restarts', { concurrency: true }, () => {
  test(
    `${cronCount} crons fire once each, though program and Temporal are killed and started again`,
    { skip, timeout: 900_000 },
    async (t) => {
      const cleanUp = createCleanUp(t);
      const { url, pool } = await createTestDatabase(cleanUp);
      const temporal = await startTestTemporal(cleanUp);
      const dataDir = await temporaryDataDir(cleanUp);
      const env = servicesEnv({ databaseUrl: url, dataDir, temporal });
      let running = await startRole(cleanUp, 'api,garant,worker', env);
      // Each is due once, at a time of its own, so that some are whenever everything is down, however slow the machine is.
      const firstMs = Math.ceil((Date.now() + 30_000 + cronCount * 400) / 1_000) * 1_000;
      const crons = Array.from({ length: cronCount }, (_, index) => ({
        name: `cron-${index}`,
        due: new Date(firstMs + Math.floor((index * spreadMs) / cronCount / 1_000) * 1_000),
      }));
      await eachOf(crons, 4, async ({ name, due }) => {
        const answer = await running.client.api('POST', '/crons', {
          name,
          action: 'sleep',
          schedule: `${due.getUTCSeconds()} ${due.getUTCMinutes()} * * * *`,
          timeZone: 'Europe/Berlin',
          parameters: { seconds: '0' },
        });
        assert.equal(answer.status, 202);
      });
      const { client } = running;
      await eventually(
        'all crons to be in Temporal',
        async () => {
          const { body } = await client.api<{ crons: CronView[] }>('GET', '/crons');
          return body.crons.every(({ isApplied }) => isApplied);
        },
        { timeoutMs: 180_000, intervalMs: 500 },
      );
      assert.ok(Date.now() < firstMs, 'the crons were in Temporal before the first was due');

      await delay(firstMs + spreadMs / 6 - Date.now());
      await running.process.stop('SIGKILL');
      await temporal.kill();
      const downMs = Date.now();
      await delay(spreadMs / 3);
      await temporal.restart();
      running = await startRole(cleanUp, 'api,garant,worker', env);
      const upMs = Date.now();
      await delay(Math.max(0, firstMs + spreadMs - Date.now()));

      const fired = async (): Promise<string[]> => {
        const { rows } = await pool.query<{ id: string; cron: string }>(
          `SELECT id, cron FROM jobs.jobs WHERE status = 'done'`,
        );
        return rows.map(({ id, cron }) => `${cron} ${dueTime(id)?.toISOString()}`).toSorted();
      };
      await eventually('every cron to have its job', async () => (await fired()).length >= cronCount, {
        timeoutMs: 240_000,
        intervalMs: 1_000,
      });
      // For as long as this no other may come.
      await delay(quietMs);
      assert.deepEqual(await fired(), crons.map(({ name, due }) => `${name} ${due.toISOString()}`).toSorted());
      const whileDown = crons.filter(({ due }) => due.getTime() > downMs && due.getTime() < upMs);
      assert.ok(whileDown.length > 0, 'some were due while everything was down');
      t.diagnostic(
        `${whileDown.length} of ${cronCount} were due while everything was down, for ${Math.round((upMs - downMs) / 1_000)} s`,
      );
    },
  );

  test(
    'a new installation begins with the crons of its actions; one that is deleted does not come back',
    { skip },
    async (t) => {
      const cleanUp = createCleanUp(t);
      const jobrunner = await startJobrunner(cleanUp, { env: { DEFAULT_CRONS: 'true' } });
      const names = async (): Promise<string[]> => {
        const { body } = await jobrunner.client.api<{ crons: CronView[] }>('GET', '/crons');
        return body.crons.map(({ name }) => name);
      };
      const first = await names();
      for (const name of ['onlinegc', 'onlinegc_events', 'onlinegc_joblogs']) assert.ok(first.includes(name), name);
      assert.ok(!first.includes('analytics_report'));
      assert.equal((await jobrunner.client.api('DELETE', '/crons/onlinegc_events')).status, 204);
      await jobrunner.process.stop('SIGTERM');
      await jobrunner.restart();
      assert.deepEqual(
        await names(),
        first.filter((name) => name !== 'onlinegc_events'),
      );
    },
  );
});
