import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort } from '../../local/ports.ts';
import { missing } from '../setup/tools.ts';
import { createCleanUp, type CleanUp } from '../support/clean-up.ts';
import { createClient, expectStatus } from './client.ts';
import { eventually } from './eventually.ts';
import {
  embeddedPids,
  productEnv,
  startProcess,
  startSettings,
  temporaryDataDir,
  type ProductProcess,
} from './jobrunner-process.ts';

const skip = missing('temporal');

const readyPattern = /^Ready after [\d.]+ s\. Ctrl-C stops it\.$/m;
const startTimeoutMs = 120_000;

type Env = Readonly<Record<string, string>>;

/** Runs what `npm start` runs. */
function start(t: CleanUp, env: Env): ProductProcess {
  return startProcess(t, process.execPath, ['local/main.ts'], productEnv(env));
}

/** Runs it to its end; gives its exit code and the lines that it wrote to stderr. */
async function startInVain(t: CleanUp, env: Env): Promise<{ code: number | null; lines: string[] }> {
  const running = start(t, env);
  const timer = setTimeout(() => void running.stop('SIGKILL'), startTimeoutMs);
  const { code } = await running.exited;
  clearTimeout(timer);
  assert.doesNotMatch(running.output.stdout, readyPattern);
  return { code, lines: running.output.stderr.split('\n').filter(Boolean) };
}

async function freshSettings(t: CleanUp, env: Env = {}): Promise<Env & { JOBRUNNER_DATA_DIR: string; PORT: string }> {
  const dataDir = await temporaryDataDir(t);
  const settings = startSettings(dataDir, await freePort(), randomBytes(8).toString('hex'));
  return { ...settings, ...env, JOBRUNNER_DATA_DIR: dataDir, PORT: env['PORT'] ?? settings['PORT'] ?? '' };
}

test('a port in use', async (t) => {
  const cleanUp = createCleanUp(t);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  cleanUp.after(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const settings = await freshSettings(cleanUp, { PORT: String(port) });
  const { code, lines } = await startInVain(cleanUp, settings);
  assert.equal(code, 1);
  assert.deepEqual(lines, [`port ${port} is in use: end what listens there, or set PORT to another one`]);
  assert.deepEqual(await processesOf(settings.JOBRUNNER_DATA_DIR), []);
});

test('a data folder that cannot be written', async (t) => {
  const cleanUp = createCleanUp(t);
  const settings = await freshSettings(cleanUp);
  const file = join(settings.JOBRUNNER_DATA_DIR, 'file');
  await writeFile(file, '');
  const folder = join(file, 'data');
  const { code, lines } = await startInVain(cleanUp, { ...settings, JOBRUNNER_DATA_DIR: folder });
  assert.equal(code, 1);
  assert.deepEqual(lines, [
    `the data folder ${folder} cannot be written (ENOTDIR): set JOBRUNNER_DATA_DIR to a folder that can`,
  ]);
});

test('a database that cannot be reached', { skip }, async (t) => {
  const cleanUp = createCleanUp(t);
  const url = `postgres://somebody:secret-word@127.0.0.1:${await freePort()}/registry`;
  const settings = await freshSettings(cleanUp, { DATABASE_URL: url });
  const { code, lines } = await startInVain(cleanUp, settings);
  assert.equal(code, 1);
  assert.equal(lines.length, 1, lines.join('\n'));
  assert.match(
    lines[0] ?? '',
    /^PostgreSQL at 127\.0\.0\.1:\d+\/registry as user "somebody" cannot be reached: .*ECONNREFUSED.*; check DATABASE_URL$/,
  );
  assert.doesNotMatch(lines.join(), /secret-word/);
  assert.deepEqual(await processesOf(settings.JOBRUNNER_DATA_DIR), []);
});

test('a Temporal that cannot be reached', async (t) => {
  const cleanUp = createCleanUp(t);
  const settings = await freshSettings(cleanUp, { TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}` });
  const { code, lines } = await startInVain(cleanUp, settings);
  assert.equal(code, 1);
  assert.equal(lines.length, 1, lines.join('\n'));
  assert.match(
    lines[0] ?? '',
    /^Temporal at 127\.0\.0\.1:\d+, namespace "default", cannot be reached: .*; check TEMPORAL_ADDRESS/,
  );
  assert.deepEqual(await processesOf(settings.JOBRUNNER_DATA_DIR), []);
});

test('settings that make no sense are all listed, one a line', async (t) => {
  const cleanUp = createCleanUp(t);
  const settings = await freshSettings(cleanUp, {
    PORT: '80a',
    GC_REVIEW_DELAY: 'soon',
    OUTBOUND_ALLOW_PRIVATE: 'yes',
  });
  const { code, lines } = await startInVain(cleanUp, settings);
  assert.equal(code, 2);
  assert.deepEqual(lines.toSorted(), [
    'GC_REVIEW_DELAY must be a duration such as 30s, 90m or 1h30m',
    'OUTBOUND_ALLOW_PRIVATE must be true or false',
    'PORT must be a port number from 0 to 65535',
  ]);
});

test('Ctrl-C ends everything, and another start goes on with the same data', { skip }, async (t) => {
  const cleanUp = createCleanUp(t);
  const settings = await freshSettings(cleanUp, { ADMIN_PASSWORD: '' });
  const dataDir = settings.JOBRUNNER_DATA_DIR;
  const baseUrl = `http://localhost:${settings.PORT}`;

  const first = start(cleanUp, settings);
  await first.waitForOutput(readyPattern, startTimeoutMs);
  await first.waitForOutput(/Password/, 5_000);
  for (const row of [`Registry +${baseUrl}/v2/`, `API +${baseUrl}/api/v0/`, 'Temporal UI +http://localhost:\\d+']) {
    assert.match(first.output.stdout, new RegExp(row));
  }
  const password = /Password +(\S+) /.exec(first.output.stdout)?.[1] ?? '';
  const client = createClient(baseUrl, password);
  const digest = await client.pushImage('admin/app', 'kept');
  const jobId = await client.startJob('sleep', { seconds: '5' });
  await client.waitForJob(jobId, ['running']);

  // Another one on the same data is told so, and does no harm.
  const second = await startInVain(cleanUp, { ...settings, PORT: String(await freePort()) });
  assert.equal(second.code, 1);
  assert.deepEqual(second.lines, [
    `another process runs on the data folder ${dataDir}: end it, or set JOBRUNNER_DATA_DIR to another folder`,
  ]);
  expectStatus(200, await client.registry('HEAD', '/admin/app/manifests/kept'));

  const pids = await embeddedPids(dataDir);
  assert.ok(pids.postgres && pids.temporal);
  const stoppedMs = performance.now();
  assert.deepEqual(await first.stop('SIGINT'), { code: 0, signal: null });
  t.diagnostic(`Ctrl-C took ${Math.round(performance.now() - stoppedMs)} ms`);
  assert.equal(first.output.stderr, '');
  assert.deepEqual(await processesOf(dataDir), []);

  const again = start(cleanUp, settings);
  await again.waitForOutput(readyPattern, startTimeoutMs);
  t.diagnostic(/Ready after [\d.]+ s/.exec(again.output.stdout)?.[0] ?? '');
  assert.doesNotMatch(again.output.stdout, /Password/, 'it is shown once');
  const kept = await client.registry('HEAD', '/admin/app/manifests/kept');
  assert.equal(kept.status, 200);
  assert.equal(kept.headers.get('docker-content-digest'), digest);
  const { layers } = expectStatus(
    200,
    await client.registry<{ layers: { digest: string }[] }>('GET', `/admin/app/manifests/${digest}`, {
      headers: { accept: '*/*' },
    }),
  );
  expectStatus(200, await client.registry('GET', `/admin/app/blobs/${layers[0]?.digest}`));
  assert.equal((await client.waitForJob(jobId, ['done'])).status, 'done', 'a job that was running goes on');
  assert.deepEqual(await again.stop('SIGTERM'), { code: 0, signal: null });
  assert.equal(again.output.stderr, '', 'what the first start has left is nothing to be told of');
  assert.deepEqual(await processesOf(dataDir), []);
});

test('Ctrl-C in the middle of a start leaves nothing behind', { skip }, async (t) => {
  const cleanUp = createCleanUp(t);
  const settings = await freshSettings(cleanUp);
  const running = start(cleanUp, settings);
  await eventually(
    'PostgreSQL to be on its way',
    async () => (await embeddedPids(settings.JOBRUNNER_DATA_DIR)).postgres !== undefined,
    { intervalMs: 5 },
  );
  assert.deepEqual(await running.stop('SIGINT'), { code: 0, signal: null });
  assert.equal(running.output.stderr, '');
  assert.doesNotMatch(running.output.stdout, readyPattern);
  assert.deepEqual(await processesOf(settings.JOBRUNNER_DATA_DIR), []);
});

test('npm start itself ends at Ctrl-C, with all that it started', { skip }, async (t) => {
  const cleanUp = createCleanUp(t);
  const settings = await freshSettings(cleanUp);
  const running = startProcess(cleanUp, 'npm', ['start'], productEnv(settings));
  await running.waitForOutput(readyPattern, startTimeoutMs);
  const answer = await fetch(`http://localhost:${settings.PORT}/_ping`);
  assert.equal(await answer.text(), 'OK');
  const exit = await running.stop('SIGINT');
  // npm ends as its shell does: by the signal.
  assert.ok(exit.code === 0 || exit.signal === 'SIGINT', JSON.stringify(exit));
  assert.match(running.output.stdout, /^stopping$/m);
  assert.deepEqual(await processesOf(settings.JOBRUNNER_DATA_DIR), []);
});

test('the help names every setting', async (t) => {
  const running = startProcess(createCleanUp(t), process.execPath, ['local/main.ts', '--help'], productEnv({}));
  assert.deepEqual(await running.exited, { code: 0, signal: null });
  for (const name of [
    'JOBRUNNER_DATA_DIR',
    'PORT',
    'ADMIN_PASSWORD[_FILE]',
    'DATABASE_URL[_FILE]',
    'TEMPORAL_ADDRESS',
  ]) {
    assert.ok(running.output.stdout.includes(name), name);
  }
});

/** Command lines of the processes that name the folder, or work in it. */
async function processesOf(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ');
      const workingFolder = await readlink(`/proc/${pid}/cwd`).catch(() => '');
      return command.includes(folder) || workingFolder.startsWith(folder) ? `${pid} ${command}` : undefined;
    }),
  );
  return found.filter((command) => command !== undefined);
}
