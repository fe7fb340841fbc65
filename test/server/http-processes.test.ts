import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { request, type RequestOptions } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ensureFirstAdmin } from '../../accounts/sign-in/first-administrator.ts';
import type { HttpConfig } from '../../server/http-config.ts';
import { startHttpProcesses, type HttpProcesses } from '../../server/http-processes.ts';
import { freePort } from '../../local/ports.ts';
import { isRunning, signal, waitForExit } from '../../local/process.ts';
import { createLogger } from '../../log/create-logger.ts';
import { eventually } from '../e2e/eventually.ts';
import { temporaryDataDir } from '../e2e/jobrunner-process.ts';
import { createCleanUp, type CleanUp } from '../support/clean-up.ts';
import { createBrowser } from '../support/browser.ts';
import { browse, oidcConfigOf, startOidcProvider } from '../support/oidc-provider.ts';
import { createTestDatabase } from '../support/postgres.ts';
import type { Role } from '../../server/roles.ts';

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Asks on a connection of its own, so that one process after the other gets the requests. */
function ask(port: number, path: string, options: RequestOptions & { body?: string } = {}): Promise<Answer> {
  const { body, ...rest } = options;
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path, agent: false, timeout: 30_000, ...rest }, (res) => {
      let text = '';
      res.setEncoding('utf8');
      res.on('data', (chunk: string) => (text += chunk));
      res.on('end', () => resolve({ status: res.statusCode ?? 0, text }));
    })
      .on('error', reject)
      .end(body);
  });
}

async function tryToAsk(port: number, path: string): Promise<Answer | undefined> {
  return ask(port, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ECONNRESET') throw error;
    return undefined;
  });
}

async function startTwo(t: CleanUp, problems: () => readonly string[] = () => []): Promise<HttpProcesses> {
  const { url } = await createTestDatabase(t);
  const http = await startProcesses(await testConfig(t, url, 0), ['registry'], problems);
  t.after(() => http.stop());
  return http;
}

async function startProcesses(
  config: HttpConfig,
  roles: readonly Role[],
  problems: () => readonly string[] = () => [],
): Promise<HttpProcesses> {
  return startHttpProcesses({
    count: 2,
    settings: { config, roles: new Set(roles), maxConnections: 4, logPath: undefined },
    problems,
    ownMetrics: async () => [],
    log: createLogger({ level: 'silent' }),
  });
}

async function testConfig(t: CleanUp, databaseUrl: string, port: number): Promise<HttpConfig> {
  return {
    dataDir: await temporaryDataDir(t),
    s3: undefined,
    ldap: undefined,
    maxUploadBytes: 1024 ** 3,
    host: '127.0.0.1',
    port,
    metricsHost: '127.0.0.1',
    metricsPort: 0,
    maxConnectionsPerAddress: 1_024,
    publicUrl: 'http://localhost',
    isPublicUrlSet: true,
    analyticsUrl: undefined,
    nginxSecret: undefined,
    acceptsSparseManifests: false,
    outboundAllowPrivate: false,
    signingKeyAgeMs: 3_600_000,
    notaryService: 'notary',
    sessionIdleLimitMs: 3_600_000,
    sessionLimitMs: 86_400_000,
    oidc: undefined,
    tls: undefined,
    shutdownGraceMs: 5_000,
    logLevel: 'error',
    databaseUrl,
    secretKey: randomBytes(32),
  };
}

/** Value by the label `process`, of every series of the name. */
function byProcess(metrics: string, name: string): Map<string, number> {
  const found = metrics.matchAll(new RegExp(`^${name}\\{process="([^"]+)"\\} (\\S+)$`, 'gm'));
  return new Map([...found].map(([, process = '', value]) => [process, Number(value)]));
}

function pids(metrics: string): Map<string, number> {
  const found = metrics.matchAll(/^jobrunner_process_info\{pid="(\d+)",process="([^"]+)"\} 1$/gm);
  return new Map([...found].map(([, pid, process = '']) => [process, Number(pid)]));
}

function pingCount(metrics: string): number {
  const name = 'jobrunner_http_requests_total';
  const found = new RegExp(`^${name}\\{route="/_ping",method="GET",status="2xx"\\} (\\d+)$`, 'm').exec(metrics);
  return Number(found?.[1] ?? 0);
}

function replacements(metrics: string): number {
  return byProcess(metrics, 'jobrunner_process_replacements_total').get('primary') ?? NaN;
}

test('requests go to all processes in turn, and the metrics of any are the sum', async (t) => {
  const { port, metricsPort = 0 } = await startTwo(createCleanUp(t));
  for (let index = 0; index < 10; index++) assert.equal((await ask(port, '/_ping')).status, 200);
  const first = await ask(metricsPort, '/metrics');
  const second = await ask(metricsPort, '/metrics');
  for (const { status, text } of [first, second]) {
    assert.equal(status, 200);
    assert.equal(pingCount(text), 10);
    assert.match(text, /^jobrunner_outbox_rows 0$/m, 'what the database says is not added up');
    const served = byProcess(text, 'jobrunner_process_http_requests_total');
    for (const name of ['http-1', 'http-2']) {
      const count = served.get(name) ?? 0;
      assert.ok(count >= 4, `${name} has served ${count} of 10`);
    }
    const names = [...byProcess(text, 'process_resident_memory_bytes').keys()];
    assert.deepEqual(names.sort(), ['http-1', 'http-2', 'primary']);
  }
  const found = pids(first.text);
  assert.equal(found.get('primary'), process.pid);
  assert.equal(new Set(found.values()).size, 3);
  const maps = await readFile(`/proc/${found.get('http-1')}/maps`, 'utf8');
  assert.doesNotMatch(maps, /@temporalio/, "Temporal's native code is for the primary process alone");
});

test('every process says what is wrong with the primary one', async (t) => {
  const found: string[] = [];
  const { port } = await startTwo(createCleanUp(t), () => found);
  const readiness = async (): Promise<string[]> => {
    const answers = await Promise.all([ask(port, '/readyz'), ask(port, '/health')]);
    return answers.map(({ status, text }) => `${status} ${(JSON.parse(text) as { error: string }).error}`);
  };
  await eventually('both to be ready', async () => (await readiness()).every((answer) => answer === '200 '));
  found.push('a worker is not polling');
  await eventually('both to be unready', async () =>
    (await readiness()).every((answer) => answer === '503 a worker is not polling'),
  );
  found.pop();
  await eventually('both to be ready again', async () => (await readiness()).every((answer) => answer === '200 '));
});

test('a process that is killed is replaced, and nothing that was counted is taken back', async (t) => {
  const { port, metricsPort = 0 } = await startTwo(createCleanUp(t));
  for (let index = 0; index < 10; index++) await ask(port, '/_ping');
  const before = (await ask(metricsPort, '/metrics')).text;
  const pid = pids(before).get('http-1') ?? 0;
  signal(pid, 'SIGKILL');
  await waitForExit(pid, 10_000);
  // A connection that was on its way to the dead process is cut; none waits for ever.
  await eventually('the other one to go on', async () => (await tryToAsk(port, '/_ping'))?.status === 200);
  await eventually('readiness to tell', async () => /has ended/.test((await tryToAsk(port, '/readyz'))?.text ?? ''));
  const after = await eventually('another one in its place', async () => {
    const { text } = await ask(metricsPort, '/metrics');
    const now = pids(text).get('http-1');
    return now !== undefined && now !== pid ? text : undefined;
  });
  await eventually('all to be ready', async () => (await ask(port, '/readyz')).status === 200);
  assert.ok(pingCount(after) >= 11, `${pingCount(after)} of 11 pings`);
});

test(
  'a process that hangs holds up neither metrics nor the others, and is replaced',
  { timeout: 120_000 },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const { port, metricsPort = 0 } = await startTwo(cleanUp);
    for (let index = 0; index < 10; index++) await ask(port, '/_ping');
    const before = pids((await ask(metricsPort, '/metrics')).text);
    const pid = before.get('http-2') ?? 0;
    signal(pid, 'SIGSTOP');
    // Fails where it has been replaced, as it should be.
    cleanUp.after(() => signal(pid, 'SIGCONT'));
    const stoppedMs = performance.now();
    // The one that hangs is given one connection at most, and no other before it has taken it.
    const answers = await Promise.all(
      Array.from({ length: 3 }, () => Promise.race([ask(metricsPort, '/metrics'), ask(metricsPort, '/metrics')])),
    );
    for (const { status, text } of answers) {
      assert.equal(status, 200);
      assert.equal(pingCount(text), 10, 'it counts with what it has told last');
      assert.equal(replacements(text), 0);
    }
    const after = await eventually(
      'another one in its place',
      async () => {
        const answer = await tryToAsk(metricsPort, '/metrics');
        const now = answer && pids(answer.text).get('http-2');
        return now !== undefined && now !== pid ? answer?.text : undefined;
      },
      { timeoutMs: 60_000 },
    );
    const tookMs = performance.now() - stoppedMs;
    t.diagnostic(`replaced after ${Math.round(tookMs)} ms`);
    assert.ok(tookMs >= 9_000, 'whoever hangs for a moment is left alone');
    assert.equal(isRunning(pid), false);
    assert.equal(replacements(after), 1);
    assert.ok(pingCount(after) >= 10, 'nothing that was counted is taken back');
    assert.equal(pids(after).get('http-1'), before.get('http-1'), 'the other one is left alone');
    await eventually('all to be ready', async () => (await ask(port, '/readyz')).status === 200);
  },
);

test('processes that all hang are replaced one after the other', { timeout: 180_000 }, async (t) => {
  const cleanUp = createCleanUp(t);
  const { port, metricsPort = 0 } = await startTwo(cleanUp);
  const before = pids((await ask(metricsPort, '/metrics')).text);
  const children = ['http-1', 'http-2'].map((name) => before.get(name) ?? 0);
  for (const pid of children) signal(pid, 'SIGSTOP');
  await eventually('one to be killed', () => children.some((pid) => !isRunning(pid)), { timeoutMs: 60_000 });
  assert.equal(children.filter(isRunning).length, 1, 'the other one is killed once that one has a successor');
  const after = await eventually(
    'two others in their places',
    async () => {
      const answer = await tryToAsk(metricsPort, '/metrics');
      const now = answer && pids(answer.text);
      const isNew =
        now && ['http-1', 'http-2'].every((name) => now.has(name) && !children.includes(now.get(name) ?? 0));
      return isNew ? answer.text : undefined;
    },
    { timeoutMs: 60_000 },
  );
  assert.equal(replacements(after), 2);
  assert.ok(!children.some(isRunning));
  await eventually('all to be ready', async () => (await ask(port, '/readyz')).status === 200);
});

test(
  'neither a process that stands still for a moment is replaced, nor one that nobody has asked',
  { timeout: 120_000 },
  async (t) => {
    const { metricsPort = 0 } = await startTwo(createCleanUp(t));
    const pid = pids((await ask(metricsPort, '/metrics')).text).get('http-2') ?? 0;
    signal(pid, 'SIGSTOP');
    await delay(6_000);
    signal(pid, 'SIGCONT');
    await delay(6_000);
    // As where the machine was asleep: the primary process has heard nothing for 12 s, and has asked nothing.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 12_000);
    await delay(3_000);
    const { text } = await ask(metricsPort, '/metrics');
    assert.equal(pids(text).get('http-2'), pid);
    assert.equal(replacements(text), 0);
  },
);

test('what one process knows of somebody who signs in, the others know', { timeout: 120_000 }, async (t) => {
  const cleanUp = createCleanUp(t);
  const { url, pool } = await createTestDatabase(cleanUp);
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const provider = await startOidcProvider(cleanUp, `${publicUrl}/enzi/v0/oidc/callback`);
  provider.people.set('subject-1', { preferred_username: 'grace' });
  const oidc = oidcConfigOf(provider, { scopes: 'openid profile' });
  const http = await startProcesses({ ...(await testConfig(cleanUp, url, port)), publicUrl, oidc }, ['api']);
  cleanUp.after(() => http.stop());
  const browser = createBrowser();
  const login = new URL(`${publicUrl}/enzi/v0/oidc/login`);
  const back = await browse(browser, login, 'subject-1', (next) => next.href === `${publicUrl}/`);
  assert.equal(back.status, 302, back.body);
  const session = `${publicUrl}/enzi/v0/session`;
  const statuses = async () => {
    const pages = [];
    for (let i = 0; i < 4; i++) pages.push((await browser.get(session)).status);
    return pages;
  };
  assert.deepEqual(await statuses(), [200, 200, 200, 200]);
  await pool.query(`UPDATE accounts.accounts SET is_active = false WHERE name = 'grace'`);
  assert.deepEqual(await statuses(), [401, 401, 401, 401]);
});

test('a port in use ends the start with the words of one process, and leaves none', async (t) => {
  const cleanUp = createCleanUp(t);
  const { url } = await createTestDatabase(cleanUp);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp.after(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.address() as AddressInfo;
  const config = { ...(await testConfig(cleanUp, url, port)), logLevel: 'error' as const };
  const starting = startProcesses(config, ['registry']);
  await assert.rejects(starting, {
    message: `port ${port} is in use: end what listens there, or set PORT to another one`,
  });
});

test('stopping ends every process', async (t) => {
  const http = await startTwo(createCleanUp(t));
  const found = [...pids((await ask(http.metricsPort ?? 0, '/metrics')).text)];
  await http.stop();
  for (const [name, pid] of found) assert.equal(isRunning(pid), name === 'primary', name);
  await assert.rejects(ask(http.port, '/_ping'), { code: 'ECONNREFUSED' });
});

test('a setting that one process is told holds in all of them', async (t) => {
  const cleanUp = createCleanUp(t);
  const { url, pool } = await createTestDatabase(cleanUp);
  await ensureFirstAdmin(pool, 'correct horse battery');
  const http = await startProcesses(await testConfig(cleanUp, url, 0), ['api', 'garant', 'registry']);
  cleanUp.after(() => http.stop());
  const authorization = `Basic ${Buffer.from('admin:correct horse battery').toString('base64')}`;
  const scope = 'repository:admin/app:pull,push';
  const { text } = await ask(http.port, `/auth/token?scope=${scope}`, { headers: { authorization } });
  const { token } = JSON.parse(text) as { token: string };
  /** What each of the two processes answers to a push. */
  const push = async (): Promise<number[]> => {
    const options = { method: 'POST', headers: { authorization: `Bearer ${token}` } };
    const one = await ask(http.port, '/v2/admin/app/blobs/uploads/', options);
    const other = await ask(http.port, '/v2/admin/app/blobs/uploads/', options);
    return [one.status, other.status];
  };
  assert.deepEqual(await push(), [202, 202]);
  for (const [readOnlyRegistry, status] of [
    [true, 405],
    [false, 202],
  ] as const) {
    const changed = await ask(http.port, '/api/v0/meta/settings', {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ readOnlyRegistry }),
    });
    assert.equal(changed.status, 202, changed.text);
    await eventually(`${status} from both`, async () => (await push()).every((each) => each === status));
  }
});
