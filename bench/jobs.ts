// How soon jobs run, how many a second, what a job costs, and what a storm of them does to a webhook, with all that
// `npm start` embeds: `npm run bench:jobs -- --rate 20 --seconds 60`. Times are from when a job was due.
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createPool } from '../database/pool.ts';
import { enqueueJobs } from '../jobs/records/enqueue.ts';
import { createClient } from '../test/e2e/client.ts';
import { embeddedPids, startJobrunner } from '../test/e2e/jobrunner-process.ts';
import { startWebhookReceiver } from '../test/e2e/webhook-receiver.ts';
import { newJob } from '../test/jobs/test-jobs.ts';
import { createCleanUp } from '../test/support/clean-up.ts';
import { watchProcesses } from './registry/process-usage.ts';
import { percentile } from './registry/statistics.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '60' },
    idle: { type: 'string', default: '20' },
    storm: { type: 'string', default: '10000' },
    profile: { type: 'string' },
  },
});
const [rate, seconds, idleJobs, stormJobs] = [values.rate, values.seconds, values.idle, values.storm].map(Number);

await using stack = new AsyncDisposableStack();
const cleanUp = createCleanUp({ after: (close) => stack.defer(close as () => Promise<void>) });
const env = values.profile === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${values.profile}` };
const jobrunner = await startJobrunner(cleanUp, { env });
const client = createClient(jobrunner.baseUrl, jobrunner.password);
const pool = createPool({
  connectionString: await jobrunner.databaseUrl(),
  applicationName: 'bench',
  onError: (error) => console.error(error),
});
cleanUp.after(() => pool.end());
const { postgres, temporal } = await embeddedPids(jobrunner.dataDir);
await idle();
await steady();
await storm();

/** One job after the other, each on an idle system. */
async function idle(): Promise<void> {
  for (let index = 0; index < (idleJobs ?? 0); index++) {
    const jobId = await client.startJob('sleep', { seconds: '0' });
    await client.waitForJob(jobId, ['done']);
    await delay(200);
  }
  await report(`idle, ${idleJobs} jobs one after the other`, 'sleep');
}

/** So many jobs a second, for as long as was said. */
async function steady(): Promise<void> {
  await pool.query('DELETE FROM jobs.jobs');
  const before = await transactions();
  const ends = [jobrunner.process.pid, postgres, temporal].map((pid) => watchProcesses(pid === undefined ? [] : [pid]));
  const startedMs = performance.now();
  const total = (rate ?? 0) * (seconds ?? 0);
  const posts: Promise<unknown>[] = [];
  const backlogs: number[] = [];
  for (let index = 0; index < total; index++) {
    const waitMs = startedMs + (index * 1_000) / (rate ?? 1) - performance.now();
    if (waitMs > 0) await delay(waitMs);
    posts.push(client.startJob('sleep', { seconds: '0' }));
    if (index % ((rate ?? 1) * 5) === 0) backlogs.push(await unfinished());
  }
  await Promise.all(posts);
  const backlog = await unfinished();
  const drainStartedMs = performance.now();
  while ((await unfinished()) > 0) await delay(50);
  const drainMs = performance.now() - drainStartedMs;
  const ran = (performance.now() - startedMs) / 1_000;
  await report(`${total} jobs at ${rate} a second`, 'sleep');
  console.log(
    `  ${(total / ran).toFixed(1)} jobs a second; unfinished: ${backlog} at the end, gone after ${drainMs.toFixed(0)} ms`,
  );
  console.log(`  unfinished every 5 s: ${backlogs.join(' ')}`);
  const after = await transactions();
  console.log(`  transactions of PostgreSQL for each job: ${((after - before) / total).toFixed(1)}`);
  // The embedded servers are children of our process.
  const [all = 0, ofPostgres = 0, ofTemporal = 0] = ends.map((end) => (end()?.cpuMs ?? 0) / total);
  const figures = [all - ofPostgres - ofTemporal, ofPostgres, ofTemporal].map((ms) => `${ms.toFixed(1)} ms`);
  console.log(`  CPU for each job: ours ${figures[0]}, PostgreSQL ${figures[1]}, Temporal ${figures[2]}`);
}

/** Very many jobs wait, while pushes cause webhooks. */
async function storm(): Promise<void> {
  const receiver = await startWebhookReceiver(cleanUp);
  await client.subscribe('TAG_PUSH', 'admin', receiver.url);
  const count = stormJobs ?? 0;
  for (let start = 0; start < count; start += 1_000) {
    const jobs = Array.from({ length: Math.min(1_000, count - start) }, () => newJob({ parameters: { seconds: '0' } }));
    await enqueueJobs(pool, jobs);
  }
  await delay(3_000);
  const pushes = 20;
  for (let index = 0; index < pushes; index++) {
    await client.pushImage('admin/app', `storm-${index}`);
    await delay(300);
  }
  await receiver.waitForCount(pushes, 60_000);
  await report(`webhooks while ${await unfinished()} of ${count} jobs wait or run`, 'webhook');
}

async function unfinished(): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*) AS count FROM jobs.jobs WHERE ended_at IS NULL`,
  );
  return rows[0]?.count ?? 0;
}

async function transactions(): Promise<number> {
  // What backends have counted is published with some delay.
  await delay(1_500);
  const { rows } = await pool.query<{ count: number }>(
    `SELECT xact_commit AS count FROM pg_stat_database WHERE datname = current_database()`,
  );
  return rows[0]?.count ?? 0;
}

async function report(title: string, action: string): Promise<void> {
  const { rows } = await pool.query<{ startMs: number; endMs: number }>(
    `SELECT extract(epoch FROM started_at - scheduled_at)::float8 * 1000 AS "startMs",
            extract(epoch FROM ended_at - scheduled_at)::float8 * 1000 AS "endMs"
     FROM jobs.jobs WHERE action = $1 AND ended_at IS NOT NULL AND started_at IS NOT NULL`,
    [action],
  );
  console.log(`\n${title}`);
  for (const [name, times] of [
    ['to running', rows.map(({ startMs }) => startMs)],
    ['to done', rows.map(({ endMs }) => endMs)],
  ] as const) {
    const figures = [0.5, 0.99, 1].map((share) => `${percentile(times, share).toFixed(0)} ms`);
    console.log(`  ${name.padEnd(12)} p50 ${figures[0]}, p99 ${figures[1]}, worst ${figures[2]}`);
  }
}
