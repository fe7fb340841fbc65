// Adds histories to test/replay/histories: runs every scenario that has no file yet against real servers, each in a database
// of its own, and writes what Temporal recorded. A file that is there is never written again: it stands for a version that
// somebody may still run.
// Usage: npm run record-histories [ACTION…]
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import packageJson from '../../package.json' with { type: 'json' };
import { createCleanUp, type CleanUp } from '../support/clean-up.ts';
import { startTestPostgres } from '../support/postgres.ts';
import { startTestDirectory } from '../support/slapd.ts';
import { startTestTemporal } from '../support/temporal.ts';
import { startReceiver } from '../workflows/push-event.ts';
import { startTestJobrunner, type TestJobrunner } from '../workflows/test-jobrunner.ts';
import { recordedName } from './recorded-name.ts';
import { scenarios } from './scenarios/index.ts';
import type { ScenarioStage } from './scenario.ts';

// Without a cache, a workflow with children waits 10 s for each of their tasks.
const endTimeoutMs = 180_000;
const projectFolder = fileURLToPath(new URL('../../', import.meta.url));
const folder = new URL('./histories/', import.meta.url);
const wanted = new Set(process.argv.slice(2));

/** Every run of a workflow, the first first. */
async function runIds({ temporal, pool }: TestJobrunner, jobId: string): Promise<string[]> {
  const { rows } = await pool.query<{ runId: string }>('SELECT run_id AS "runId" FROM jobs.jobs WHERE id = $1', [
    jobId,
  ]);
  const ids: string[] = [];
  for (let runId: string | undefined = rows[0]?.runId; runId;) {
    ids.push(runId);
    const { events } = await temporal.workflow.getHandle(jobId, runId).fetchHistory();
    runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
  }
  return ids;
}

async function write(jobrunner: TestJobrunner, jobId: string, name: string): Promise<void> {
  await jobrunner.waitFor(jobId, ({ endedAt }) => endedAt !== null, endTimeoutMs);
  // The row ends a moment before the workflow does.
  await jobrunner.temporal.workflow
    .getHandle(jobId)
    .result()
    .catch(() => undefined);
  for (const [index, runId] of (await runIds(jobrunner, jobId)).entries()) {
    const history = await jobrunner.temporal.workflow.getHandle(jobId, runId).fetchHistory();
    // Stack traces name the folder of whoever records.
    const json = historyToJSON(history).replaceAll(projectFolder, '');
    const file = new URL(`${name}.${index + 1}_${packageJson.version}.json`, folder);
    await mkdir(new URL('./', file), { recursive: true });
    await writeFile(file, `${json}\n`, { flag: 'wx' });
    console.log(`${name}, run ${index + 1}: ${history.events?.length} events`);
  }
}

await using stack = new AsyncDisposableStack();
const t: CleanUp = createCleanUp({ after: (close) => stack.defer(() => (close as () => Promise<void>)()) });
// Its own, which ends when the recording does.
const postgres = await startTestPostgres();
t.after(() => postgres.stop());
process.env['TEST_POSTGRES_URL'] = postgres.url;
const temporal = await startTestTemporal(t, { settings: ['limit.historyCount.suggestContinueAsNew=40'] });
const directory = await startTestDirectory(t);

/** Starts what one scenario plays on. */
async function startStage(cleanUp: CleanUp): Promise<ScenarioStage> {
  const receiver = await startReceiver(cleanUp);
  const jobrunner = await startTestJobrunner(cleanUp, {
    server: temporal,
    analyticsUrl: receiver.url,
    ldap: directory.config,
    // Of parents with children; what is recorded is the same, and the replay test looks for nondeterminism.
    isCaching: true,
  });
  return { jobrunner, receiver, directory };
}

const recorded = new Set((await readdir(folder, { recursive: true })).map(recordedName));
for (const [action, runs] of Object.entries(scenarios)) {
  if (wanted.size > 0 && !wanted.has(action)) continue;
  for (const [scenario, run] of Object.entries(runs)) {
    const name = `${action}/${scenario}`;
    if (recorded.has(`${name}.1`)) continue;
    await using own = new AsyncDisposableStack();
    const cleanUp = createCleanUp({ after: (close) => own.defer(() => (close as () => Promise<void>)()) });
    const stage = await startStage(cleanUp);
    await write(stage.jobrunner, await run(stage), name);
  }
}
