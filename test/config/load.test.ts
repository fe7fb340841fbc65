import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { maxProcesses, poolConnections } from '../../config/connections.ts';
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
    host: undefined,
    port: 8080,
    metricsHost: '127.0.0.1',
    metricsPort: undefined,
    maxConnectionsPerAddress: 1_024,
    // With the default connections there is room for 15 children.
    httpProcesses: Math.min(availableParallelism(), 15),
    publicUrl: 'http://localhost:8080',
    isPublicUrlSet: false,
    tls: undefined,
    nginxSecret: undefined,
    adminPassword: undefined,
    secretKey: undefined,
    databaseUrl: undefined,
    databaseConnections: 80,
    temporal: { address: undefined, namespace: 'default', apiKey: undefined, tls: undefined },
    temporalWorkerVersioning: false,
    temporalMetricsAddress: undefined,
    deployment: 'default',
    acceptsSparseManifests: false,
    signingKeyAgeMs: 2_160 * 3_600_000,
    notaryService: 'notary',
    createRepositoryOnPush: true,
    outboundAllowPrivate: false,
    sessionIdleLimitMs: 3_600_000,
    sessionLimitMs: 86_400_000,
    oidc: undefined,
    webhookRetryDelayMs: 5_000,
    gcReviewDelayMs: 3_600_000,
    gcEventDelays: {},
    gcBlobLeaseMs: 3_600_000,
    s3: undefined,
    ldap: undefined,
    maxUploadBytes: 50 * 1024 ** 3,
    uploadExpiryMs: 86_400_000,
    makesDefaultCrons: true,
    analyticsUrl: undefined,
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
    METRICS_PORT: '9464',
    METRICS_HOST: '::1',
    HTTP_PROCESSES: '3',
    MAX_CONNECTIONS_PER_ADDRESS: '12',
    PUBLIC_URL: 'https://registry.example/sub//',
    TLS_CERT_FILE: 'tls/cert.pem',
    TLS_KEY_FILE: '/etc/key.pem',
    CLIENT_CA_FILE: '/etc/clients.pem',
    NGINX_SECRET: 'secret_-'.repeat(4),
    ADMIN_PASSWORD: ' spaces count ',
    SECRET_KEY: 'aB'.repeat(32),
    DATABASE_URL: 'postgresql://user@host/name',
    DATABASE_CONNECTIONS: '20',
    TEMPORAL_ADDRESS: 'temporal:7233',
    TEMPORAL_NAMESPACE: 'jobs',
    TEMPORAL_API_KEY: 'key',
    TEMPORAL_TLS_CERT: 'cert',
    TEMPORAL_TLS_KEY: 'pem',
    TEMPORAL_WORKER_VERSIONING: 'true',
    TEMPORAL_METRICS_ADDRESS: '127.0.0.1:9100',
    JOBRUNNER_DEPLOYMENT: 'scanners',
    SPARSE_MANIFESTS: 'accept',
    SIGNING_KEY_AGE: '24h',
    NOTARY_SERVICE: 'notary.example:4443',
    CREATE_REPOSITORY_ON_PUSH: 'false',
    OUTBOUND_ALLOW_PRIVATE: 'true',
    SESSION_IDLE_LIMIT: '15m',
    SESSION_LIMIT: '8h',
    OIDC_ISSUER: 'https://id.example/realm/',
    OIDC_CLIENT_ID: 'registry',
    OIDC_CLIENT_SECRET: 'secret',
    OIDC_SCOPES: 'openid groups',
    OIDC_USERNAME_CLAIM: 'nickname',
    OIDC_GROUPS_CLAIM: 'roles',
    OIDC_ADMIN_GROUP: 'admins',
    WEBHOOK_RETRY_DELAY: '10ms',
    GC_REVIEW_DELAY: '0s',
    GC_EVENT_DELAYS: 'tag_delete=24h,manifest_upload=0s',
    GC_BLOB_LEASE: '0',
    BLOB_STORE: 's3',
    S3_ENDPOINT: 'http://127.0.0.1:9000/',
    S3_REGION: 'eu-central-1',
    S3_BUCKET: 'blobs.example',
    S3_PREFIX: 'team/registry',
    S3_FORCE_PATH_STYLE: 'true',
    S3_REDIRECT: 'true',
    LDAP_URL: 'ldap://ldap.example:3389',
    LDAP_START_TLS: 'true',
    LDAP_CA: 'pem',
    LDAP_BIND_DN: 'cn=searcher,dc=example',
    LDAP_BIND_PASSWORD: 'secret',
    LDAP_USER_BASE_DN: 'ou=people,dc=example',
    LDAP_USER_FILTER: '(&(objectClass=person)(!(cn=x)))',
    LDAP_USERNAME_ATTRIBUTE: 'sAMAccountName',
    LDAP_FULL_NAME_ATTRIBUTE: 'displayName',
    LDAP_GROUP_BASE_DN: 'ou=groups,dc=example',
    LDAP_GROUP_FILTER: '(objectClass=group)',
    LDAP_GROUP_MEMBER_ATTRIBUTE: 'memberUid',
    LDAP_ADMIN_GROUP: 'admins',
    LDAP_CREATE_ON_LOGIN: 'false',
    MAX_UPLOAD_SIZE: '512MiB',
    UPLOAD_EXPIRY: '48h',
    DEFAULT_CRONS: 'false',
    ANALYTICS_URL: 'https://analytics.example/reports',
    SHUTDOWN_GRACE: '1m',
    LOG_LEVEL: 'debug',
  });
  assert.deepEqual(config, {
    dataDir: '/data',
    host: '127.0.0.1',
    port: 0,
    metricsHost: '::1',
    metricsPort: 9_464,
    httpProcesses: 3,
    maxConnectionsPerAddress: 12,
    publicUrl: 'https://registry.example/sub',
    isPublicUrlSet: true,
    tls: { certFile: path.resolve('tls/cert.pem'), keyFile: '/etc/key.pem', clientCaFile: '/etc/clients.pem' },
    nginxSecret: 'secret_-'.repeat(4),
    adminPassword: ' spaces count ',
    secretKey: Buffer.alloc(32, 0xab),
    databaseUrl: 'postgresql://user@host/name',
    databaseConnections: 20,
    temporal: { address: 'temporal:7233', namespace: 'jobs', apiKey: 'key', tls: { cert: 'cert', key: 'pem' } },
    temporalWorkerVersioning: true,
    temporalMetricsAddress: '127.0.0.1:9100',
    deployment: 'scanners',
    acceptsSparseManifests: true,
    signingKeyAgeMs: 86_400_000,
    notaryService: 'notary.example:4443',
    createRepositoryOnPush: false,
    outboundAllowPrivate: true,
    sessionIdleLimitMs: 900_000,
    sessionLimitMs: 28_800_000,
    oidc: {
      issuer: 'https://id.example/realm/',
      clientId: 'registry',
      clientSecret: 'secret',
      scopes: 'openid groups',
      usernameClaim: 'nickname',
      groupsClaim: 'roles',
      adminGroup: 'admins',
    },
    webhookRetryDelayMs: 10,
    gcReviewDelayMs: 0,
    gcEventDelays: { tag_delete: 86_400_000, manifest_upload: 0 },
    gcBlobLeaseMs: 0,
    s3: {
      endpoint: 'http://127.0.0.1:9000',
      region: 'eu-central-1',
      bucket: 'blobs.example',
      prefix: 'team/registry/',
      forcePathStyle: true,
      redirect: true,
    },
    ldap: {
      url: 'ldap://ldap.example:3389',
      startTls: true,
      ca: 'pem',
      bindDn: 'cn=searcher,dc=example',
      bindPassword: 'secret',
      userBaseDn: 'ou=people,dc=example',
      userFilter: '(&(objectClass=person)(!(cn=x)))',
      usernameAttribute: 'sAMAccountName',
      fullNameAttribute: 'displayName',
      groupBaseDn: 'ou=groups,dc=example',
      groupFilter: '(objectClass=group)',
      groupMemberAttribute: 'memberUid',
      adminGroup: 'admins',
      createOnLogin: false,
    },
    maxUploadBytes: 512 * 1024 ** 2,
    uploadExpiryMs: 172_800_000,
    makesDefaultCrons: false,
    analyticsUrl: 'https://analytics.example/reports',
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
    HTTP_PROCESSES: '0',
    PUBLIC_URL: 'ftp://host',
    SECRET_KEY: 'secret-value',
    DATABASE_URL: 'mysql://user:hunter2@host/name',
    DATABASE_CONNECTIONS: 'many',
    TEMPORAL_ADDRESS: 'temporal',
    TEMPORAL_TLS: 'yes',
    TEMPORAL_TLS_CERT: 'cert',
    TLS_KEY_FILE: 'key.pem',
    CLIENT_CA_FILE: 'clients.pem',
    NGINX_SECRET: 'hunter2; root /',
    SIGNING_KEY_AGE: '59m',
    NOTARY_SERVICE: 'not"ary',
    OUTBOUND_ALLOW_PRIVATE: '1',
    SESSION_IDLE_LIMIT: '59s',
    SESSION_LIMIT: '8761h',
    WEBHOOK_RETRY_DELAY: '5',
    GC_REVIEW_DELAY: 'soon',
    GC_EVENT_DELAYS: 'tag_delete=24h,sometimes=1h',
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
      'CLIENT_CA_FILE',
      'TEMPORAL_TLS_CERT',
      'DATABASE_CONNECTIONS',
      'HTTP_PROCESSES',
      'PUBLIC_URL',
      'NGINX_SECRET',
      'SECRET_KEY',
      'DATABASE_URL',
      'TEMPORAL_ADDRESS',
      'SIGNING_KEY_AGE',
      'NOTARY_SERVICE',
      'OUTBOUND_ALLOW_PRIVATE',
      'SESSION_IDLE_LIMIT',
      'SESSION_LIMIT',
      'WEBHOOK_RETRY_DELAY',
      'GC_REVIEW_DELAY',
      'GC_EVENT_DELAYS',
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

test('an OpenID provider is one that nobody can listen to, with a client', () => {
  const client = { OIDC_CLIENT_ID: 'registry' };
  for (const issuer of [
    'https://id.example',
    'http://localhost:9000',
    'http://127.0.0.1/',
    'http://[::1]:8080/realm',
  ]) {
    assert.equal(loadConfig({ ...client, OIDC_ISSUER: issuer }).oidc?.issuer, issuer);
  }
  for (const issuer of ['http://id.example', 'http://localhost.example', 'https://id.example/?a=b', 'id.example']) {
    assert.match(problemsOf({ ...client, OIDC_ISSUER: issuer }).join(), /^OIDC_ISSUER must be an https URL/, issuer);
  }
  const together = ['OIDC_ISSUER and OIDC_CLIENT_ID must be set together'];
  assert.deepEqual(problemsOf({ OIDC_ISSUER: 'https://id.example' }), together);
  assert.deepEqual(problemsOf(client), together);
  for (const scopes of ['profile', 'openid\tprofile', 'openid "x"']) {
    assert.match(problemsOf({ OIDC_SCOPES: scopes }).join(), /^OIDC_SCOPES must be scopes/, scopes);
  }
});

test('processes are as many as the connections to the database allow', () => {
  assert.equal(loadConfig({ DATABASE_CONNECTIONS: '5' }).httpProcesses, 1);
  assert.equal(loadConfig({ DATABASE_CONNECTIONS: '15', HTTP_PROCESSES: '2' }).httpProcesses, 2);
  assert.match(
    problemsOf({ DATABASE_CONNECTIONS: '15', HTTP_PROCESSES: '3' }).join(),
    /^HTTP_PROCESSES must be at most 2 for DATABASE_CONNECTIONS of 15/,
  );
  for (const count of ['-1', '1.5', '1e2', '1025', ' 2']) {
    assert.equal(problemsOf({ HTTP_PROCESSES: count, DATABASE_CONNECTIONS: '10000' }).length, 1, count);
  }
});

test('the pools and listeners of all processes keep to the connections that they may have', () => {
  assert.equal(poolConnections(80, 1), 20);
  for (const total of [5, 15, 80, 1_000]) {
    for (let processes = 1; processes <= maxProcesses(total); processes++) {
      const pool = poolConnections(total, processes);
      assert.ok(pool >= 4 && processes * (pool + 1) <= total, `${processes} processes of ${total}`);
    }
  }
});

test('a directory is asked for all that it needs, and only where there is one', () => {
  const ldap = { LDAP_URL: 'ldaps://ldap.example', LDAP_USER_BASE_DN: 'dc=example' };
  assert.equal(loadConfig(ldap).ldap?.usernameAttribute, 'uid');
  assert.equal(loadConfig({ LDAP_USER_BASE_DN: 'dc=example' }).ldap, undefined);
  assert.deepEqual(problemsOf({ LDAP_URL: 'ldap://host' }), ['LDAP_USER_BASE_DN must be set where LDAP_URL is']);
  for (const env of [
    { LDAP_URL: 'https://host' },
    { LDAP_URL: 'ldap://' },
    { LDAP_URL: 'ldap://host/dc=example' },
    { LDAP_START_TLS: 'true' },
    { LDAP_BIND_DN: 'cn=searcher' },
    { LDAP_BIND_PASSWORD: 'secret' },
    { LDAP_USER_FILTER: '(uid=*' },
    { LDAP_USERNAME_ATTRIBUTE: 'uid)' },
    { LDAP_GROUP_BASE_DN: 'groups' },
    { LDAP_ADMIN_GROUP: 'admins' },
  ]) {
    const problems = problemsOf({ ...ldap, ...env });
    assert.equal(problems.length, 1, `${JSON.stringify(env)}: ${problems.join()}`);
    assert.match(problems[0] ?? '', /^LDAP_[A-Z_]+ (and LDAP_BIND_PASSWORD )?must /);
  }
});

test('what only matters to S3 is checked, and a bucket is asked for where blobs are in one', () => {
  assert.deepEqual(problemsOf({ BLOB_STORE: 's3' }), ['S3_BUCKET must be set where BLOB_STORE is s3']);
  assert.equal(loadConfig({ S3_BUCKET: 'blobs' }).s3, undefined);
  assert.equal(loadConfig({ BLOB_STORE: 's3', S3_BUCKET: 'blobs', S3_PREFIX: 'a/b/' }).s3?.prefix, 'a/b/');
  for (const env of [
    { BLOB_STORE: 'gcs' },
    { BLOB_STORE: 's3', S3_BUCKET: 'Blobs' },
    { S3_PREFIX: '/blobs' },
    { S3_PREFIX: 'a/../b' },
    { S3_REDIRECT: 'yes' },
    { S3_ENDPOINT: 'minio:9000' },
    { MAX_UPLOAD_SIZE: '0' },
    { MAX_UPLOAD_SIZE: '50GB' },
    { MAX_UPLOAD_SIZE: '6TiB' },
    { UPLOAD_EXPIRY: '1d' },
    { DEFAULT_CRONS: 'yes' },
    { ANALYTICS_URL: 'ftp://analytics.example' },
  ]) {
    assert.equal(problemsOf(env).length, 1, JSON.stringify(env));
  }
});

test('the password of the first administrator is as long as any other', () => {
  for (const text of ['123', '1234567', '\u{1F511}'.repeat(7), 'x'.repeat(1_025)]) {
    assert.deepEqual(problemsOf({ ADMIN_PASSWORD: text }), ['ADMIN_PASSWORD must have 8 to 1,024 characters']);
  }
  for (const text of ['12345678', '\u{1F511}'.repeat(8), 'x'.repeat(1_024)]) {
    assert.equal(loadConfig({ ADMIN_PASSWORD: text }).adminPassword, text);
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
