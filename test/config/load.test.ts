import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { ConfigError, loadConfig } from '../../config/load.ts';
import { describeVariables, variables } from '../../config/variables.ts';

/** The lines of the message with which loading fails. */
function problemsOf(env: NodeJS.ProcessEnv): string[] {
  try {
    loadConfig(env);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message.split('\n');
  }
  return [];
}

async function secretFile(t: TestContext, text: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'jobrunner-config-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'secret');
  await writeFile(file, text);
  return file;
}

test('an empty environment gives the documented defaults', () => {
  assert.deepEqual(loadConfig({}), {
    dataDir: path.resolve('.jobrunner'),
    host: '0.0.0.0',
    port: 8080,
    publicUrl: 'http://localhost:8080',
    tls: undefined,
    nginxSecret: undefined,
    adminPassword: undefined,
    secretKey: undefined,
    databaseUrl: undefined,
    temporal: { address: undefined, namespace: 'default', apiKey: undefined, tls: undefined },
    outboundAllowPrivate: false,
    webhookRetryDelayMs: 5_000,
    gcReviewDelayMs: 3_600_000,
    gcBlobLeaseMs: 3_600_000,
    shutdownGraceMs: 20_000,
    logLevel: 'info',
  });
});

test('an empty variable is an unset one', () => {
  const empty = Object.fromEntries(
    Object.keys(variables).flatMap((name) => [
      [name, ''],
      [`${name}_FILE`, ''],
    ]),
  );
  assert.deepEqual(loadConfig(empty), loadConfig({}));
});

test('every value that is given is taken', () => {
  const config = loadConfig({
    JOBRUNNER_DATA_DIR: '/data',
    HOST: '127.0.0.1',
    PORT: '0',
    PUBLIC_URL: 'https://registry.example/sub//',
    TLS_CERT_FILE: 'tls/cert.pem',
    TLS_KEY_FILE: '/etc/key.pem',
    NGINX_SECRET: 'secret_-'.repeat(4),
    ADMIN_PASSWORD: ' spaces count ',
    SECRET_KEY: 'aB'.repeat(32),
    DATABASE_URL: 'postgresql://user@host/name',
    TEMPORAL_ADDRESS: 'temporal:7233',
    TEMPORAL_NAMESPACE: 'jobs',
    TEMPORAL_API_KEY: 'key',
    TEMPORAL_TLS_CERT: 'cert',
    TEMPORAL_TLS_KEY: 'pem',
    OUTBOUND_ALLOW_PRIVATE: 'true',
    WEBHOOK_RETRY_DELAY: '10ms',
    GC_REVIEW_DELAY: '0s',
    GC_BLOB_LEASE: '0',
    SHUTDOWN_GRACE: '1m',
    LOG_LEVEL: 'debug',
  });
  assert.deepEqual(config, {
    dataDir: '/data',
    host: '127.0.0.1',
    port: 0,
    publicUrl: 'https://registry.example/sub',
    tls: { certFile: path.resolve('tls/cert.pem'), keyFile: '/etc/key.pem' },
    nginxSecret: 'secret_-'.repeat(4),
    adminPassword: ' spaces count ',
    secretKey: Buffer.alloc(32, 0xab),
    databaseUrl: 'postgresql://user@host/name',
    temporal: { address: 'temporal:7233', namespace: 'jobs', apiKey: 'key', tls: { cert: 'cert', key: 'pem' } },
    outboundAllowPrivate: true,
    webhookRetryDelayMs: 10,
    gcReviewDelayMs: 0,
    gcBlobLeaseMs: 0,
    shutdownGraceMs: 60_000,
    logLevel: 'debug',
  });
  assert.deepEqual(loadConfig({ TEMPORAL_TLS: 'true' }).temporal.tls, {});
  assert.equal(loadConfig({ PORT: '9000' }).publicUrl, 'http://localhost:9000');
  const tls = { TLS_CERT_FILE: 'cert.pem', TLS_KEY_FILE: 'key.pem' };
  assert.equal(loadConfig({ PORT: '9000', ...tls }).publicUrl, 'https://localhost:9000');
});

test('every problem is listed, each with the name of its variable and what it must be', () => {
  const problems = problemsOf({
    PORT: '65536',
    PUBLIC_URL: 'ftp://host',
    SECRET_KEY: 'secret-value',
    DATABASE_URL: 'mysql://user:hunter2@host/name',
    TEMPORAL_ADDRESS: 'temporal',
    TEMPORAL_TLS: 'yes',
    TEMPORAL_TLS_CERT: 'cert',
    TLS_KEY_FILE: 'key.pem',
    NGINX_SECRET: 'hunter2; root /',
    OUTBOUND_ALLOW_PRIVATE: '1',
    WEBHOOK_RETRY_DELAY: '5',
    GC_REVIEW_DELAY: 'soon',
    GC_BLOB_LEASE: '-1s',
    SHUTDOWN_GRACE: '1d',
    LOG_LEVEL: 'loud',
  });
  assert.deepEqual(
    problems.map((problem) => problem.split(' ')[0]),
    [
      'PORT',
      'TEMPORAL_TLS',
      'TLS_CERT_FILE',
      'TEMPORAL_TLS_CERT',
      'PUBLIC_URL',
      'NGINX_SECRET',
      'SECRET_KEY',
      'DATABASE_URL',
      'TEMPORAL_ADDRESS',
      'OUTBOUND_ALLOW_PRIVATE',
      'WEBHOOK_RETRY_DELAY',
      'GC_REVIEW_DELAY',
      'GC_BLOB_LEASE',
      'SHUTDOWN_GRACE',
      'LOG_LEVEL',
    ],
  );
  for (const problem of problems) assert.match(problem, /^[A-Z_]+ (must|and (TEMPORAL_)?TLS_KEY(_FILE)? must) /);
  assert.doesNotMatch(problems.join('\n'), /secret-value|hunter2/, 'a secret that is wrong is still a secret');
});

test('numbers and URLs that only look right are refused', () => {
  for (const port of ['', '-1', '80.5', '0x50', '1e3', ' 80']) {
    assert.equal(problemsOf({ PORT: port }).length, port === '' ? 0 : 1, port);
  }
  for (const url of ['http://user:pw@host', 'http://host?a=b', 'http://host#part', 'localhost:8080', 'http://']) {
    assert.equal(problemsOf({ PUBLIC_URL: url }).length, 1, url);
  }
});

test('a secret may come from a file, without the line break at its end', async (t) => {
  const file = await secretFile(t, 'from the file\n');
  assert.equal(loadConfig({ ADMIN_PASSWORD_FILE: file }).adminPassword, 'from the file');
});

test('a secret that is given twice, or whose file is empty or cannot be read, is a problem', async (t) => {
  const file = await secretFile(t, 'secret');
  const empty = await secretFile(t, '\n');
  assert.match(problemsOf({ ADMIN_PASSWORD: 'a', ADMIN_PASSWORD_FILE: file }).join(), /^ADMIN_PASSWORD is given twice/);
  assert.match(
    problemsOf({ ADMIN_PASSWORD_FILE: `${file}-missing` }).join(),
    /^ADMIN_PASSWORD cannot be read from ADMIN_PASSWORD_FILE: ENOENT/,
  );
  assert.match(problemsOf({ ADMIN_PASSWORD_FILE: empty }).join(), /^ADMIN_PASSWORD .*empty/);
});

test('what is no secret is not read from a file', async (t) => {
  const file = await secretFile(t, '1');
  assert.equal(loadConfig({ PORT_FILE: file }).port, 8080);
});

test('--help names every variable, with its default', () => {
  const help = describeVariables();
  for (const name of Object.keys(variables)) assert.match(help, new RegExp(`^  ${name}(\\[_FILE\\])? `, 'm'));
  assert.match(help, /PORT .*\(default: 8080\)/);
  assert.match(help, /SECRET_KEY\[_FILE\] /);
});
