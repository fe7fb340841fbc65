import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { dueTime } from '../../jobs/cron-runs.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { startTestTemporal } from '../support/temporal.ts';
import { missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { eachOf } from './each-of.ts';
import { eventually } from './eventually.ts';
import { startJobrunner, startRole, temporaryDataDir } from './jobrunner-process.ts';

const skip = missing('temporal');

// The long form has 250 (test/soak/README.md).
const cronCount = Number(process.env['CRON_COUNT'] ?? 12);
const minuteMs = 60_000;

interface CronView {
  readonly name: string;
  readonly isApplied: boolean;
}

test(
  `${cronCount} crons fire once each per due time, though program and Temporal are killed and started again`,
  { skip, timeout: 900_000 },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const { url, pool } = await createTestDatabase(cleanUp);
    const temporal = await startTestTemporal(cleanUp);
    const dataDir = await temporaryDataDir(cleanUp);
    const env = {
      ADMIN_PASSWORD: randomBytes(8).toString('hex'),
      SECRET_KEY: randomBytes(32).toString('hex'),
      DATABASE_URL: url,
      JOBRUNNER_DATA_DIR: dataDir,
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: temporal.namespace,
    };
    let running = await startRole(cleanUp, 'api,garant,worker', env);
    // Each fires once a minute, at a second of its own, so that some are due whenever everything is down.
    const crons = Array.from({ length: cronCount }, (_, index) => ({
      name: `cron-${index}`,
      second: (index * 7) % 60,
    }));
    await eachOf(crons, 4, async ({ name, second }) => {
      const answer = await running.client.api('POST', '/crons', {
        name,
        action: 'sleep',
        schedule: `${second} * * * * *`,
        timeZone: 'Europe/Berlin',
        parameters: { seconds: '0' },
      });
      assert.equal(answer.status, 202);
    });
    const api = running.client;
    await eventually(
      'all crons to be in Temporal',
      async () => {
        const { body } = await api.api<{ crons: CronView[] }>('GET', '/crons');
        return body.crons.every(({ isApplied }) => isApplied);
      },
      { timeoutMs: 180_000, intervalMs: 500 },
    );
    const appliedMs = Date.now();

    await delay(5_000);
    await running.process.stop('SIGKILL');
    await temporal.kill();
    const downMs = Date.now();
    await delay(20_000);
    await temporal.restart();
    running = await startRole(cleanUp, 'api,garant,worker', env);
    const upMs = Date.now();
    t.diagnostic(`everything was down for ${Math.round((upMs - downMs) / 1_000)} s`);
    // Every cron has been due after the start as well.
    await delay(minuteMs + 5_000);
    const endMs = Date.now();

    const dueTimes = (second: number): number[] => {
      const times: number[] = [];
      for (
        let timeMs = Math.floor(appliedMs / minuteMs) * minuteMs + second * 1_000;
        timeMs < endMs;
        timeMs += minuteMs
      ) {
        if (timeMs > appliedMs) times.push(timeMs);
      }
      return times;
    };
    const expected = new Set(
      crons.flatMap(({ name, second }) =>
        dueTimes(second).map((timeMs) => `${name} ${new Date(timeMs).toISOString()}`),
      ),
    );
    const whileDown = [...expected].filter((due) => {
      const timeMs = Date.parse(due.split(' ')[1] ?? '');
      return timeMs > downMs && timeMs < upMs;
    });
    assert.ok(whileDown.length > 0, 'nothing was due while everything was down');

    const jobs = async () => {
      const { rows } = await pool.query<{ id: string; cron: string; status: string }>(
        'SELECT id, cron, status FROM jobs.jobs',
      );
      return rows;
    };
    await eventually(
      'every due time to have its job',
      async () => {
        const ended = (await jobs()).filter(({ status }) => status === 'done');
        const found = new Set(ended.map(({ id, cron }) => `${cron} ${dueTime(id)?.toISOString()}`));
        return [...expected].every((due) => found.has(due));
      },
      { timeoutMs: 240_000, intervalMs: 1_000 },
    );
    const fired = (await jobs())
      .map(({ id, cron }) => `${cron} ${dueTime(id)?.toISOString()}`)
      // Later ones, and those of the moment in which the last crons were applied, may be there or not.
      .filter((due) => {
        const timeMs = Date.parse(due.split(' ')[1] ?? '');
        return timeMs > appliedMs && timeMs < endMs;
      });
    assert.deepEqual(fired.toSorted(), [...expected].toSorted(), 'each due time has one job');
    t.diagnostic(`${fired.length} due times, ${whileDown.length} of them while everything was down, each with one job`);
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
    for (const name of ['onlinegc_events', 'onlinegc_joblogs', 'upload_purge']) assert.ok(first.includes(name), name);
    assert.ok(!first.includes('analytics_report'));
    assert.equal((await jobrunner.client.api('DELETE', '/crons/upload_purge')).status, 204);
    await jobrunner.process.stop('SIGTERM');
    await jobrunner.restart();
    assert.deepEqual(
      await names(),
      first.filter((name) => name !== 'upload_purge'),
    );
  },
);
