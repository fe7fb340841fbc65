import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { createServer } from 'node:net';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isRunning, signal, waitForExit } from '../../local/process.ts';
import { createCleanUp, type CleanUp } from '../support/clean-up.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { digestOf, expectStatus } from './client.ts';
import { eventually } from './eventually.ts';
import { productEnv, startProcess, startRole, temporaryDataDir, type RoleProcess } from './jobrunner-process.ts';

const roles = 'api,garant,registry';

async function settings(cleanUp: CleanUp) {
  const { url } = await createTestDatabase(cleanUp);
  return {
    HTTP_PROCESSES: '2',
    ADMIN_PASSWORD: randomBytes(8).toString('hex'),
    SECRET_KEY: randomBytes(32).toString('hex'),
    DATABASE_URL: url,
    JOBRUNNER_DATA_DIR: await temporaryDataDir(cleanUp),
  };
}

/** The pids of the processes that serve HTTP, by name. */
async function httpPids({ metricsUrl }: RoleProcess): Promise<Map<string, number>> {
  const response = await fetch(metricsUrl);
  const found = (await response.text()).matchAll(/^jobrunner_process_info\{pid="(\d+)",process="(http-\d+)"\} 1$/gm);
  return new Map([...found].map(([, pid, name = '']) => [name, Number(pid)]));
}

test(
  'processes are killed in the middle of pushes: every acknowledged one is there',
  { timeout: 300_000 },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const running = await startRole(cleanUp, roles, await settings(cleanUp));
    const { client } = running;
    const before = await httpPids(running);
    assert.deepEqual([...before.keys()].sort(), ['http-1', 'http-2']);

    const pushed = new Map<string, string>();
    let failures = 0;
    const done = new AbortController();
    const pushAll = async (worker: number): Promise<void> => {
      for (let index = 0; !done.signal.aborted; index++) {
        const tag = `t${worker}-${index}`;
        try {
          pushed.set(tag, await client.pushImage('admin/app', tag, randomBytes(300_000)));
        } catch {
          failures++;
          await delay(20);
        }
      }
    };
    const pushers = [0, 1, 2, 3].map(pushAll);
    const killed = new Set<number>();
    for (const name of ['http-1', 'http-2', 'http-1']) {
      const soFar = pushed.size;
      await eventually('some pushes', () => pushed.size >= soFar + 8, { timeoutMs: 60_000 });
      const pid = await eventually('its pid', async () => {
        const found = (await httpPids(running)).get(name);
        return found !== undefined && !killed.has(found) ? found : undefined;
      });
      killed.add(pid);
      signal(pid, 'SIGKILL');
    }
    const soFar = pushed.size;
    await eventually('pushes to go on', () => pushed.size >= soFar + 8, { timeoutMs: 60_000 });
    done.abort();
    await Promise.all(pushers);
    t.diagnostic(`${pushed.size} pushes acknowledged, ${failures} failed`);

    for (const [tag, digest] of pushed) {
      const headers = { accept: '*/*' };
      const answer = await client.registry<{ layers: { digest: string }[] }>('GET', `/admin/app/manifests/${tag}`, {
        headers,
      });
      expectStatus(200, answer);
      assert.equal(answer.headers.get('docker-content-digest'), digest);
      expectStatus(200, await client.registry('HEAD', `/admin/app/blobs/${answer.body.layers[0]?.digest}`));
    }
    await eventually('all to be ready', async () => (await fetch(`${running.baseUrl}/readyz`)).status === 200);
    assert.equal((await httpPids(running)).size, 2);
    const lines = running.process.output.stderr.trimEnd().split('\n');
    for (const line of lines) assert.equal(typeof (JSON.parse(line) as { pid: unknown }).pid, 'number');
    assert.equal(lines.filter((line) => line.includes('ended unexpectedly (by SIGKILL)')).length, 3);
    assert.deepEqual(await running.process.stop('SIGTERM'), { code: 0, signal: null });
  },
);

for (const [name, who] of [
  ['SIGTERM', 'the primary process alone'],
  // As a terminal does it.
  ['SIGINT', 'all processes'],
] as const) {
  test(`an upload that is under way at ${name} to ${who} is finished`, { timeout: 180_000 }, async (t) => {
    const cleanUp = createCleanUp(t);
    const env = await settings(cleanUp);
    const running = await startRole(cleanUp, roles, env);
    const pids = await httpPids(running);
    const bytes = randomBytes(2_000_000);
    const digest = digestOf(bytes);
    const upload = await beginUpload(t, running, digest, bytes.length);
    upload.req.write(bytes.subarray(0, 1_000_000));
    await delay(300);

    const exited = running.process.stop(name);
    await eventually('no more connections to be taken', async () => {
      const refused = await fetch(`${running.baseUrl}/_ping`, { headers: { connection: 'close' } }).then(
        () => false,
        (error: unknown) => ((error as Error).cause as NodeJS.ErrnoException).code === 'ECONNREFUSED',
      );
      return refused;
    });
    await delay(500);
    const finishedMs = performance.now();
    upload.req.end(bytes.subarray(1_000_000));
    assert.equal(await upload.status, 201);
    assert.deepEqual(await exited, { code: 0, signal: null });
    t.diagnostic(`it ended ${Math.round(performance.now() - finishedMs)} ms after the last byte`);
    for (const pid of pids.values()) assert.equal(isRunning(pid), false);

    const again = await startRole(cleanUp, roles, env);
    const answer = await again.client.registry('GET', `/admin/app/blobs/${digest}`);
    assert.equal(answer.status, 200);
  });
}

test('SIGKILL of the primary process ends the others', { timeout: 120_000 }, async (t) => {
  const cleanUp = createCleanUp(t);
  const running = await startRole(cleanUp, roles, await settings(cleanUp));
  const pids = await httpPids(running);
  assert.equal(pids.size, 2);
  signal(running.process.pid, 'SIGKILL');
  assert.equal((await running.process.exited).signal, 'SIGKILL');
  for (const pid of pids.values()) assert.ok(await waitForExit(pid, 20_000), `${pid} still runs`);
});

test('a port in use ends the start with one line', { timeout: 120_000 }, async (t) => {
  const cleanUp = createCleanUp(t);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  cleanUp.after(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  for (const processes of ['1', '2']) {
    const env = { ...(await settings(cleanUp)), HTTP_PROCESSES: processes, PORT: String(port), LOG_LEVEL: 'warn' };
    const args = ['server/main.ts', '--roles', 'registry'];
    const running = startProcess(cleanUp, process.execPath, args, productEnv(env));
    assert.deepEqual(await running.exited, { code: 1, signal: null });
    assert.equal(
      running.output.stderr,
      `port ${port} is in use: end what listens there, or set PORT to another one\n`,
      `${processes} processes`,
    );
  }
});

interface Upload {
  readonly req: http.ClientRequest;
  readonly status: Promise<number>;
}

/** Begins to push a blob in one request. */
async function beginUpload(
  t: TestContext,
  { baseUrl, client }: RoleProcess,
  digest: string,
  sizeBytes: number,
): Promise<Upload> {
  const token = await client.token('repository:admin/app:pull,push');
  const agent = new http.Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const req = http.request(`${baseUrl}/v2/admin/app/blobs/uploads/?digest=${digest}`, {
    method: 'POST',
    agent,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/octet-stream',
      'content-length': sizeBytes,
    },
  });
  const status = new Promise<number>((resolve, reject) => {
    req.on('error', reject);
    req.on('response', (res) => {
      res.resume();
      res.on('end', () => resolve(res.statusCode ?? 0));
    });
  });
  return { req, status };
}
