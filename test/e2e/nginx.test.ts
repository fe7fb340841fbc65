import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort } from '../../local/ports.ts';
import { isRunning, run, signal } from '../../local/process.ts';
import { baseImagePath, missing } from '../setup/tools.ts';
import { openSocket, sendThenRead } from '../server/test-http.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { digestOf, expectStatus } from './client.ts';
import { eventually } from './eventually.ts';
import {
  productEnv,
  startJobrunner,
  startProcess,
  startSettings,
  temporaryDataDir,
  type Jobrunner,
} from './jobrunner-process.ts';
import { rawExchange, rawRequest } from './raw-request.ts';
import { temporaryFolder, tool } from './tool.ts';

const repository = 'admin/app';

test('NGINX in front', { skip: missing('nginx', 'temporal') }, async (t) => {
  const cleanUp = createCleanUp(t);
  const jobrunner = await startJobrunner(cleanUp, { args: ['--nginx'], env: { MAX_CONNECTIONS_PER_ADDRESS: '40' } });
  const { client, port } = jobrunner;
  const authorization = `Bearer ${await client.token(`repository:${repository}:pull,push`)}`;
  const bytes = randomBytes(100_000);
  const digest = await client.pushBlob(repository, bytes);
  const path = `/v2/${repository}/blobs/${digest}`;
  const config = await readFile(join(jobrunner.dataDir, 'nginx', 'nginx.conf'), 'utf8');
  const nodePort = Number(/server 127\.0\.0\.1:(\d+);/.exec(config)?.[1]);
  const secret = /jobrunner_secret ([\w-]{32,});/.exec(config)?.[1] ?? '';

  await t.test('blobs are answered as Node answers', async () => {
    const empty = `/v2/${repository}/blobs/${await client.pushBlob(repository, Buffer.alloc(0))}`;
    const etag = `"${digest}"`;
    for (const [status, method, target, headers] of [
      [200, 'GET', path, {}],
      [200, 'HEAD', path, {}],
      [200, 'GET', empty, {}],
      [206, 'GET', path, { range: 'bytes=0-9' }],
      [206, 'GET', path, { range: 'bytes= 0 - 9' }],
      [206, 'GET', path, { range: 'bytes=-5' }],
      [206, 'GET', path, { range: 'bytes=99999-200000' }],
      [206, 'GET', path, { range: 'bytes=0-1', 'if-range': etag }],
      [200, 'GET', path, { range: 'bytes=0-1', 'if-range': '"another"' }],
      [200, 'GET', path, { range: 'bytes=abc' }],
      [200, 'GET', path, { range: 'bytes=0-3,5-6' }],
      [416, 'GET', path, { range: 'bytes=100000-' }],
      [304, 'GET', path, { 'if-none-match': etag }],
      [200, 'GET', path, { 'if-none-match': '"another"' }],
      [200, 'GET', path, { 'if-match': etag }],
      [200, 'GET', path, { 'if-modified-since': 'Wed, 01 Jan 2120 00:00:00 GMT' }],
      [404, 'GET', path.replace(digest, digestOf('nothing')), {}],
      [404, 'GET', '/_nginx/whole/blobs/', {}],
      [404, 'GET', '/_nginx/error', {}],
    ] as const) {
      const request = { headers: { ...headers, authorization, 'x-request-id': 'same' } };
      const [through, direct] = await Promise.all(
        [port, nodePort].map((to) => rawRequest(to, method, target, request)),
      );
      const what = `${method} ${target} ${JSON.stringify(headers)}`;
      assert.equal(through?.status, status, what);
      assert.equal(through?.headers['x-content-type-options'], 'nosniff', what);
      assert.deepEqual(through?.text, direct?.text, what);
      for (const name of [
        'content-type',
        'content-length',
        'content-range',
        'accept-ranges',
        'docker-content-digest',
        'docker-distribution-api-version',
        'etag',
        'last-modified',
        'x-accel-redirect',
        'x-request-id',
        'content-security-policy',
        'referrer-policy',
        'x-content-type-options',
      ]) {
        assert.equal(through?.headers[name], direct?.headers[name], `${name} of ${what}`);
      }
    }
  });

  await t.test('the secret hands blobs over, and a client gains nothing by what it sends', async () => {
    const proven = await rawRequest(nodePort, 'GET', path, { headers: { authorization, 'x-jobrunner-nginx': secret } });
    assert.match(String(proven.headers['x-accel-redirect']), /^\/_nginx\/whole\/blobs\//);
    for (const headers of [
      { 'x-jobrunner-nginx': 'x'.repeat(64) },
      { 'x-jobrunner-nginx': secret },
      { 'x-accel-redirect': '/_nginx/whole/uploads/' },
      { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' },
    ]) {
      const unread = await rawRequest(port, 'GET', path, { headers });
      assert.equal(unread.status, 401);
      assert.equal(unread.headers['x-accel-redirect'], undefined);
      assert.match(String(unread.headers['www-authenticate']), new RegExp(`realm="http://127\\.0\\.0\\.1:${port}/`));
      assert.equal((await rawRequest(port, 'GET', path, { headers: { ...headers, authorization } })).status, 200);
    }
  });

  await t.test('bytes flow while Node stands still, so NGINX sends them', async (t) => {
    const large = await client.pushBlob(repository, randomBytes(64 * 1024 * 1024));
    const response = await fetch(`${jobrunner.baseUrl}/v2/${repository}/blobs/${large}`, {
      headers: { authorization },
    });
    signal(-jobrunner.process.pid, 'SIGSTOP');
    t.after(() => signal(-jobrunner.process.pid, 'SIGCONT'));
    const body = new Uint8Array(await response.arrayBuffer());
    signal(-jobrunner.process.pid, 'SIGCONT');
    assert.equal(digestOf(body), large);
  });

  await t.test('a blob whose file is gone is an error of the registry', async () => {
    const lost = randomBytes(1_000);
    const lostPath = `/v2/${repository}/blobs/${await client.pushBlob(repository, lost)}`;
    const headers = { authorization, 'x-jobrunner-nginx': secret };
    const { headers: found } = await rawRequest(nodePort, 'GET', lostPath, { headers });
    const file = String(found['x-accel-redirect']).replace('/_nginx/whole/', '');
    await rm(join(jobrunner.dataDir, 'blobs', file));
    const answer = await rawRequest(port, 'GET', lostPath, { headers: { authorization } });
    assert.equal(answer.status, 500);
    assert.match(answer.text, /^\{"errors":\[\{"code":"UNKNOWN","message":"the registry could not do this/);
  });

  await t.test("a job's log arrives while the job runs", async () => {
    const jobId = await client.startJob('sleep', { seconds: '600' });
    const response = await fetch(`${jobrunner.baseUrl}/api/v0/jobs/${encodeURIComponent(jobId)}/logs?stream=true`, {
      headers: { authorization: `Bearer ${await client.apiToken()}` },
    });
    const reader = response.body?.getReader();
    const first = await reader?.read();
    assert.match(Buffer.from(first?.value ?? []).toString(), /started/);
    assert.equal((await client.findJob(jobId))?.status, 'running');
    await reader?.cancel();
    expectStatus(204, await client.api('POST', `/jobs/${encodeURIComponent(jobId)}/cancel`));
  });

  await t.test('what NGINX refuses by itself is refused in the shape of the API', async () => {
    const tooLarge = await rawExchange(
      port,
      `POST /api/v0/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: ${9 * 1024 * 1024}\r\n\r\n`,
    );
    assert.match(tooLarge, /^HTTP\/1\.1 413 .*"code":"REQUEST_TOO_LARGE"/s);
    const headers = await rawExchange(port, `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(70_000)}\r\n\r\n`);
    assert.match(headers, /^HTTP\/1\.1 400 .*"code":"UNKNOWN"/s);
    for (const answer of [tooLarge, headers]) {
      for (const line of [
        "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
        'Referrer-Policy: no-referrer',
        'X-Content-Type-Options: nosniff',
      ]) {
        assert.ok(answer.includes(`\r\n${line}\r\n`), `${line} in ${answer}`);
      }
    }
    const twoHosts = 'GET /livez HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n';
    assert.match(await rawExchange(port, twoHosts), /^HTTP\/1\.1 400 /);
    assert.match(await rawExchange(port, 'GET /livez HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 /);
  });

  await t.test('a client that is refused while it sends 100 MB sends all of it, and reads why', async (st) => {
    for (const [target, status] of [
      // By NGINX, by the length that is announced.
      ['/api/v0/jobs', 413],
      // By Node, through NGINX.
      [`/v2/${repository}/blobs/uploads/?digest=${digest}`, 401],
    ] as const) {
      const { answer, problem } = await sendThenRead(await openSocket(st, port), target, 100_000_000);
      assert.equal(problem, undefined, target);
      assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), target);
    }
  });

  await t.test('one address has so many requests under way at once, and no more', async (st) => {
    // Each waits for the rest of its body.
    const begun = await Promise.all(Array.from({ length: 50 }, () => openSocket(st, port)));
    const answers: string[] = [];
    for (const socket of begun) {
      socket.on('data', (chunk: Buffer) => answers.push(chunk.toString('latin1')));
      socket.write(
        'POST /enzi/v0/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
      );
    }
    await eventually('those beyond the bound to be refused', () => answers.length >= 10);
    assert.equal(answers.length, 10);
    for (const answer of answers) {
      assert.match(answer, /^HTTP\/1\.1 429 [^]*\r\nRetry-After: 5\r\n[^]*"code":"TOO_MANY_REQUESTS"/);
    }
    for (const socket of begun) socket.destroy();
    await eventually('room again', async () => (await rawRequest(port, 'GET', '/livez')).status === 200);
  });

  await t.test('a kill -9 of NGINX is healed, and Ctrl-C ends everything', async () => {
    const killed = await nginxPid(jobrunner);
    signal(killed, 'SIGKILL');
    await jobrunner.process.waitForOutput(/^NGINX runs again$/m, 60_000);
    const answer = await eventually('NGINX to answer', () => rawRequest(port, 'GET', '/livez').catch(() => undefined));
    assert.equal(answer.status, 200);
    const pid = await nginxPid(jobrunner);
    assert.notEqual(pid, killed);
    assert.deepEqual(await jobrunner.process.stop('SIGINT'), { code: 0, signal: null });
    assert.equal(isRunning(pid), false);
    await assert.rejects(rawRequest(port, 'GET', '/livez'), /ECONNREFUSED/);
  });

  await t.test('an NGINX that a killed process left behind does not keep the port', async () => {
    await jobrunner.restart();
    const left = await nginxPid(jobrunner);
    await jobrunner.process.stop('SIGKILL');
    assert.equal(isRunning(left), true);
    await jobrunner.restart();
    assert.equal(isRunning(left), false);
    assert.equal((await rawRequest(port, 'GET', path, { headers: { authorization } })).status, 200);
  });
});

test('TLS', { skip: missing('nginx', 'openssl', 'skopeo', 'temporal', 'base-image') }, async (t) => {
  const cleanUp = createCleanUp(t);
  const folder = await temporaryFolder(cleanUp);
  const openssl = tool('openssl', { before: ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'] });
  const certFile = join(folder, 'ca.crt');
  const keyFile = join(folder, 'key.pem');
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  await openssl('-keyout', keyFile, '-out', certFile, ...name);
  const jobrunner = await startJobrunner(cleanUp, {
    args: ['--nginx'],
    env: { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile },
  });
  const skopeo = tool('skopeo');
  const image = `docker://${jobrunner.host}/${repository}:1`;
  const credentials = `admin:${jobrunner.password}`;
  const pushed = `oci:${baseImagePath()}:latest`;
  await skopeo('copy', '--dest-cert-dir', folder, '--dest-creds', credentials, pushed, image);
  await skopeo('copy', '--src-cert-dir', folder, '--src-creds', credentials, image, `oci:${join(folder, 'pulled')}:1`);
  const digests = await Promise.all(
    [pushed, `oci:${join(folder, 'pulled')}:1`].map((from) => skopeo('inspect', '--format', '{{.Digest}}', from)),
  );
  assert.equal(digests[0]?.stdout, digests[1]?.stdout);

  const challenge = await new Promise<string>((resolve, reject) => {
    readFile(certFile)
      .then((ca) =>
        https
          .get(`https://localhost:${jobrunner.port}/v2/`, { ca, agent: false }, (res) => {
            res.resume();
            resolve(String(res.headers['www-authenticate']));
          })
          .on('error', reject),
      )
      .catch(reject);
  });
  assert.match(challenge, new RegExp(`realm="https://localhost:${jobrunner.port}/auth/token"`));
});

test('a start that cannot have NGINX says so in one line', { skip: missing('nginx', 'temporal') }, async (t) => {
  const cleanUp = createCleanUp(t);
  const dataDir = await temporaryDataDir(cleanUp);
  const folder = await temporaryFolder(cleanUp);
  await writeFile(join(folder, 'cert.pem'), 'no certificate');
  const settings = startSettings(dataDir, await freePort(), 'password');
  const tls = { TLS_CERT_FILE: join(folder, 'cert.pem'), TLS_KEY_FILE: join(folder, 'cert.pem') };
  for (const [code, pattern, args, env] of [
    [2, /^TLS_CERT_FILE and TLS_KEY_FILE are for NGINX: start with --nginx/, [], tls],
    [1, /^NGINX does not take its configuration: cannot load certificate ".*cert\.pem"/, ['--nginx'], tls],
  ] as const) {
    const failed = startProcess(
      cleanUp,
      process.execPath,
      ['local/main.ts', ...args],
      productEnv({ ...settings, ...env }),
    );
    assert.equal((await failed.exited).code, code);
    const lines = failed.output.stderr.split('\n').filter(Boolean);
    assert.equal(lines.length, 1, failed.output.stderr);
    assert.match(lines[0] ?? '', pattern);
  }
  const { stdout } = await run('/bin/sh', ['-c', `ps -eo args | grep -F ${dataDir} | grep -v grep || true`]);
  assert.equal(stdout, '');
});

async function nginxPid(jobrunner: Jobrunner): Promise<number> {
  return Number(await readFile(join(jobrunner.dataDir, 'nginx', 'nginx.pid'), 'utf8'));
}
