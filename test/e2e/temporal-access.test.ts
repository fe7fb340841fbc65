import assert from 'node:assert/strict';
import { readdir, readFile, readlink } from 'node:fs/promises';
import http from 'node:http';
import { test } from 'node:test';
import { waitForExit } from '../../local/process.ts';
import { missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { expectStatus } from './client.ts';
import { eventually } from './eventually.ts';
import { startJobrunner, type Jobrunner } from './jobrunner-process.ts';

const skip = process.platform === 'linux' ? missing('temporal') : 'it looks into /proc';
// What a page of another site can make a browser send without asking: a form.
const form = { 'content-type': 'text/plain' };
const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };

interface Asked {
  readonly status: number | undefined;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** A request with whatever headers, `Host` too. The status is undefined where nobody answers in HTTP. */
async function ask(
  url: string,
  { method = 'GET', headers = {}, body }: { method?: string; headers?: http.OutgoingHttpHeaders; body?: string } = {},
): Promise<Asked> {
  return new Promise((resolve) => {
    const request = http.request(url, { method, headers, timeout: 10_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    request.on('error', () => resolve({ status: undefined, headers: {}, text: '' }));
    request.on('timeout', () => request.destroy());
    request.end(body);
  });
}

/** Where a process listens. */
async function listeningPorts(pid: number): Promise<{ readonly host: string; readonly port: number }[]> {
  const names = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
  const inodes = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  const rows = (await readFile(`/proc/${pid}/net/tcp`, 'utf8')).trim().split('\n').slice(1);
  return rows.flatMap((row) => {
    const [, local = '', , state, , , , , , inode = ''] = row.trim().split(/\s+/);
    if (state !== '0A' || !inodes.has(inode)) return [];
    const [address = '', port = ''] = local.split(':');
    const bytes = [...Buffer.from(address, 'hex')].toReversed();
    return [{ host: bytes.join('.'), port: Number.parseInt(port, 16) }];
  });
}

function basic(name: string, password: string): { authorization: string } {
  return { authorization: `Basic ${btoa(`${name}:${password}`)}` };
}

/** The request by which the Temporal UI ends a workflow. */
function terminatePath(workflowId: string): string {
  return `/api/v1/namespaces/default/workflows/${encodeURIComponent(workflowId)}/terminate`;
}

const terminate = { method: 'POST', body: JSON.stringify({ reason: 'attack', workflow_execution: {} }) };

async function startSleeper({ client }: Jobrunner): Promise<string> {
  const jobId = await client.startJob('sleep', { seconds: '600' });
  await client.waitForJob(jobId, ['running']);
  return jobId;
}

test('who reaches Temporal on one machine, and who does not', { skip, timeout: 300_000 }, async (t) => {
  const jobrunner = await startJobrunner(createCleanUp(t));
  const { client, baseUrl, password } = jobrunner;
  const ui = `${baseUrl}/temporal`;
  const admin = basic('admin', password);
  const jobId = await startSleeper(jobrunner);
  const isRunning = async (): Promise<void> => {
    const { text } = await ask(`${ui}/api/v1/namespaces/default/workflows/${encodeURIComponent(jobId)}`, {
      headers: admin,
    });
    assert.match(text, /"status": ?"WORKFLOW_EXECUTION_STATUS_RUNNING"/);
  };
  await isRunning();

  await t.test('its ports end no workflow for the form of a foreign page, and tell it nothing', async () => {
    const { pid, hiddenUiUrl } = await jobrunner.temporal();
    const { hostname: uiHost } = new URL(hiddenUiUrl);
    const ports = await listeningPorts(pid);
    let attacked = 0;
    for (const { host, port } of ports) {
      assert.match(host, /^127\./);
      // The UI answers whoever finds it, so it is where nobody looks.
      if (host === uiHost) continue;
      attacked++;
      for (const hostHeader of [`127.0.0.1:${port}`, `localhost:${port}`, `evil.example:${port}`]) {
        const url = `http://${host}:${port}`;
        const headers = { ...form, ...foreign, host: hostHeader };
        const ended = await ask(url + terminatePath(jobId), { ...terminate, headers });
        assert.ok(ended.status === undefined || ended.status >= 400, `${url}: ${ended.status}`);
        const told = await ask(`${url}/api/v1/namespaces`, { headers: { host: hostHeader } });
        assert.ok(!told.text.includes('"namespaceInfo"'), url);
      }
    }
    assert.ok(attacked >= 2, 'the frontend and the HTTP API at least');
    await isRunning();
  });

  await t.test('its UI listens where a page that was given an address of this machine does not find it', async () => {
    const { hiddenUiUrl } = await jobrunner.temporal();
    const { hostname, port } = new URL(hiddenUiUrl);
    assert.match(hostname, /^127\.\d+\.\d+\.\d+$/);
    assert.notEqual(hostname, '127.0.0.1');
    assert.equal((await ask(`http://127.0.0.1:${port}/`)).status, undefined, 'nobody listens there');
  });

  await t.test('whoever has not signed in is asked to', async () => {
    for (const path of ['', '/', '/namespaces/default', '/api/v1/namespaces', terminatePath(jobId)]) {
      assert.equal((await ask(ui + path)).status, 401, path);
      assert.equal((await ask(ui + path, { headers: { host: 'evil.example' } })).status, 401, path);
    }
    assert.equal((await ask(ui + terminatePath(jobId), terminate)).status, 401);
    const opened = await ask(`${ui}/`, { headers: { 'sec-fetch-mode': 'navigate' } });
    assert.match(opened.headers['www-authenticate'] ?? '', /^Basic /, 'a browser asks for the password');
    // A page that runs asks for nothing: it says so itself.
    const fetched = await ask(`${ui}/api/v1/namespaces`, { headers: { 'sec-fetch-mode': 'cors' } });
    assert.doesNotMatch(fetched.headers['www-authenticate'] ?? '', /^Basic /);
  });

  await t.test('whoever is no system administrator is refused', async () => {
    const made = await ask(`${baseUrl}/enzi/v0/accounts`, {
      method: 'POST',
      headers: { ...admin, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'ada', password: 'correct horse battery' }),
    });
    assert.equal(made.status, 201, made.text);
    const ada = basic('ada', 'correct horse battery');
    assert.equal((await ask(`${ui}/`, { headers: ada })).status, 403);
    assert.equal((await ask(ui + terminatePath(jobId), { ...terminate, headers: { ...ada, ...form } })).status, 403);
    await isRunning();
  });

  await t.test('an administrator sees it, and its pages are held to their own server', async () => {
    const page = await ask(`${ui}/`, { headers: admin });
    assert.equal(page.status, 200);
    assert.match(page.text, /<html/);
    assert.match(String(page.headers['content-security-policy']), /default-src 'self'/);
    const markdown = await ask(`${ui}/render?content=**hello**<script>1</script>`, { headers: admin });
    assert.match(markdown.text, /<strong>hello<\/strong>/);
    assert.match(
      String(markdown.headers['content-security-policy']),
      /default-src 'self'.*default-src 'none'.*sandbox/,
    );
    const cookies = page.headers['set-cookie'] ?? [];
    assert.ok(
      cookies.every((cookie) => cookie.endsWith('; Path=/temporal; SameSite=Strict')),
      cookies.join(),
    );
  });

  await t.test('a page of another site cannot use the password that a browser repeats', async () => {
    for (const origin of [foreign, { origin: 'null' }, { 'sec-fetch-site': 'same-site' }]) {
      const headers = { ...admin, ...form, ...origin };
      assert.equal((await ask(ui + terminatePath(jobId), { ...terminate, headers })).status, 403);
    }
    await isRunning();
  });

  await t.test('a session ends a workflow with the token of its pages, and not without', async () => {
    const signedIn = await ask(`${baseUrl}/enzi/v0/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password }),
    });
    assert.equal(signedIn.status, 200, signedIn.text);
    const session = (signedIn.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]).join('; ');
    const url = ui + terminatePath(jobId);
    const headers = { cookie: session, 'content-type': 'application/json' };
    for (const extra of [{}, { 'x-csrf-token': 'guessed' }, foreign]) {
      assert.equal((await ask(url, { ...terminate, headers: { ...headers, ...extra } })).status, 403);
    }
    // One that the attacker has set, with a header to match.
    const planted = { ...headers, cookie: `${session}; _csrf=planted`, 'x-csrf-token': 'planted' };
    assert.equal((await ask(url, { ...terminate, headers: planted })).status, 403);
    await isRunning();

    // The page reads its token from the cookie that comes with it.
    const page = await ask(`${ui}/`, { headers: { cookie: session } });
    const token = /^_csrf=([\w-]+);/.exec(page.headers['set-cookie']?.join() ?? '')?.[1] ?? '';
    const body = JSON.stringify({ reason: 'by a person' });
    const ended = await ask(url, {
      method: 'POST',
      headers: { ...headers, cookie: `${session}; _csrf=${token}`, 'x-csrf-token': token },
      body,
    });
    assert.equal(ended.status, 200, ended.text);
    await client.waitForJob(jobId, ['cancel']);
  });

  await t.test('while it is away, that is said, and it is found again where it was', async () => {
    const { pid } = await jobrunner.temporal();
    process.kill(pid, 'SIGKILL');
    assert.equal(await waitForExit(pid, 5_000), true);
    const away = await ask(`${ui}/`, { headers: admin });
    assert.equal(away.status, 503, away.text);
    assert.match(away.text, /the Temporal UI does not answer just now: try again/);
    expectStatus(200, await client.api('GET', '/jobs'));
    const isBack = async (): Promise<boolean> => (await ask(`${ui}/`, { headers: admin })).status === 200;
    await eventually('the UI to be back', isBack, { timeoutMs: 60_000 });
  });
});
