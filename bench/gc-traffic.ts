// What pushes and pulls feel of a collection: `npm run bench:gc-traffic -- --orphans 100000`. The same load without one,
// with one, and so on, on all that `npm start` runs: some connections push small images without a pause; GETs of a manifest
// go out at a steady rate. Run it on a machine that does nothing else.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createPool } from '../database/pool.ts';
import { createFilesystemBlobStore } from '../registry/store/filesystem-blob-store.ts';
import { createCleanUp, type CleanUp } from '../test/support/clean-up.ts';
import { makeOrphanFiles } from '../test/workflows/orphan-files.ts';
import { signIn } from './registry/client.ts';
import { createConnection } from './registry/connection.ts';
import { startJobrunnerTarget } from './registry/jobrunner.ts';
import { manifestAccept, pushImages } from './registry/metadata-workloads.ts';
import { syncDisk } from './registry/measure.ts';
import { watchProcesses } from './registry/process-usage.ts';
import { median, percentile } from './registry/statistics.ts';
import { namespace, type Target } from './registry/target.ts';

interface Stretch {
  readonly pushesPerSecond: number;
  readonly getsMs: readonly number[];
  readonly lastedSeconds: number;
  readonly busyCores: number;
}

const pushConnections = 4;
// Far below what the server can answer, so that the GETs wait for what is asked about and not for one another.
const getsPerSecond = 200;

const { values } = parseArgs({
  options: {
    orphans: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '30' },
    parameter: { type: 'string', multiple: true, default: [] },
  },
});
const [orphanCount = 0, rounds = 0, seconds = 0] = [values.orphans, values.rounds, values.seconds].map(Number);
const parameters = Object.fromEntries(values.parameter.map((text) => text.split('=', 2) as [string, string]));
await using stack = new AsyncDisposableStack();
await measureTraffic(createCleanUp({ after: (close) => stack.defer(close as () => Promise<void>) }));

async function measureTraffic(cleanUp: CleanUp): Promise<void> {
  const target = await startJobrunnerTarget(cleanUp, 'jobrunner');
  const pool = createPool({ connectionString: target.databaseUrl, applicationName: 'bench', onError: console.error });
  cleanUp.after(() => pool.end());
  const blobsPath = join(target.dataDir, 'blobs');
  const blobStore = await createFilesystemBlobStore({ rootPath: blobsPath });
  const without: Stretch[] = [];
  const during: Stretch[] = [];
  for (let round = 0; round <= rounds; round++) {
    const orphans = round < rounds ? await makeOrphanFiles({ pool, blobStore, blobsPath }, orphanCount) : [];
    await pool.query('VACUUM ANALYZE');
    await pool.query('CHECKPOINT');
    await syncDisk();
    await measureStretch(target, () => delay(round === 0 ? 20_000 : 2_000));
    show('without', await measureStretch(target, () => delay(seconds * 1_000)), without);
    if (round === rounds) break;
    await pool.query(
      `UPDATE registry.blob_reviews SET review_after = now()
       WHERE blob_id IN (SELECT id FROM registry.blobs WHERE storage_key = ANY($1))`,
      [orphans],
    );
    show('during ', await measureStretch(target, () => target.runJob('onlinegc_blobs', parameters)), during);
  }
  const ratio = (figure: (stretch: Stretch) => number): string =>
    (median(during.map(figure)) / median(without.map(figure))).toFixed(2);
  console.log(`pushes during ÷ without   ${ratio(({ pushesPerSecond }) => pushesPerSecond)}`);
  for (const share of [0.5, 0.99]) {
    console.log(`GET p${share * 100} during ÷ without  ${ratio(({ getsMs }) => percentile(getsMs, share))}`);
  }

  function show(name: string, stretch: Stretch, stretches: Stretch[]): void {
    stretches.push(stretch);
    const { lastedSeconds, pushesPerSecond, getsMs, busyCores } = stretch;
    const [p50, p99, worst] = [0.5, 0.99, 1].map((share) => `${percentile(getsMs, share).toFixed(2)} ms`);
    const collected = name === 'without' ? '' : `, ${Math.round(orphanCount / lastedSeconds)} blobs/s collected`;
    console.log(
      `${name}  ${lastedSeconds.toFixed(0)} s: ${pushesPerSecond.toFixed(1)} pushes/s, GET p50 ${p50}, p99 ${p99}, worst ${worst}, ` +
        `${busyCores.toFixed(2)} processors${collected}`,
    );
  }
}

/** Pushes and gets until `until` resolves. */
async function measureStretch(target: Target, until: () => Promise<void>): Promise<Stretch> {
  // A token of the registry lasts for 5 minutes.
  const push = await (await pushImages('push', 'traffic').prepare(target))();
  const client = await signIn(target, 'traffic');
  await withConnections(target, 1, (connection) => push(connection));
  const path = `/v2/${namespace}/traffic/manifests/latest`;
  const stopWatching = watchProcesses(target.pids);
  const startedMs = performance.now();
  const getsMs: number[] = [];
  let pushes = 0;
  const over = new AbortController();
  const elapsedMs = (): number => performance.now() - startedMs;
  await Promise.all([
    until().finally(() => over.abort()),
    withConnections(target, pushConnections, async (connection) => {
      while (!over.signal.aborted) {
        await push(connection);
        pushes++;
      }
    }),
    withConnections(target, 1, async (connection) => {
      for (let dueMs = elapsedMs(); !over.signal.aborted; dueMs += 1_000 / getsPerSecond) {
        await delay(Math.max(0, dueMs - elapsedMs()));
        const startedGetMs = elapsedMs();
        await client.ask(connection, { method: 'GET', path, headers: manifestAccept }, 200);
        getsMs.push(elapsedMs() - startedGetMs);
      }
    }),
  ]);
  const lastedSeconds = elapsedMs() / 1_000;
  const cpuMs = stopWatching()?.cpuMs ?? 0;
  return { pushesPerSecond: pushes / lastedSeconds, getsMs, lastedSeconds, busyCores: cpuMs / 1_000 / lastedSeconds };
}

async function withConnections(
  target: Target,
  count: number,
  work: (connection: ReturnType<typeof createConnection>) => Promise<unknown>,
): Promise<void> {
  const connections = Array.from({ length: count }, () => createConnection(target));
  try {
    await Promise.all(connections.map(work));
  } finally {
    for (const connection of connections) connection.close();
  }
}
