import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort } from '../../local/ports.ts';
import { missing } from '../setup/tools.ts';
import { createCleanUp, type CleanUp } from '../support/clean-up.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { startTestS3, testS3Credentials, type TestS3 } from '../support/s3.ts';
import { type Client, digestOf, expectStatus } from './client.ts';
import { productEnv, startProcess, startRole, startSettings, temporaryDataDir } from './jobrunner-process.ts';

const skip = missing('versitygw');
const timeout = 180_000;

async function settings(t: CleanUp, s3: TestS3) {
  const { url } = await createTestDatabase(t);
  return {
    ...testS3Credentials,
    ADMIN_PASSWORD: randomBytes(8).toString('hex'),
    SECRET_KEY: randomBytes(32).toString('hex'),
    DATABASE_URL: url,
    JOBRUNNER_DATA_DIR: await temporaryDataDir(t),
    BLOB_STORE: 's3',
    S3_ENDPOINT: s3.options.endpoint ?? '',
    S3_BUCKET: s3.options.bucket,
    S3_PREFIX: 'registry',
    S3_FORCE_PATH_STYLE: 'true',
  };
}

test('blobs are in the bucket, and clients may be sent there', { skip, timeout }, async (t) => {
  const cleanUp = createCleanUp(t);
  const s3 = await startTestS3(cleanUp);
  const env = await settings(cleanUp, s3);
  const { client } = await startRole(cleanUp, 'api,garant,registry', { ...env, S3_REDIRECT: 'false' });
  const layer = randomBytes(10_000_000);
  await client.pushImage('admin/app', '1.0', layer);
  const path = `/admin/app/blobs/${digestOf(layer)}`;
  const direct = await client.registry('GET', path, { headers: { range: 'bytes=1-2' } });
  assert.equal(direct.status, 206);
  const stored = await readdir(join(s3.folder, 'registry', 'blobs'), { recursive: true, withFileTypes: true });
  assert.equal(stored.filter((entry) => entry.isFile()).length, 2, 'config and layer');
  assert.ok(!(await readdir(env.JOBRUNNER_DATA_DIR)).includes('blobs'), 'none is in the data folder');

  const redirecting = await startRole(cleanUp, 'registry,garant', { ...env, S3_REDIRECT: 'true' });
  const token = await redirecting.client.token('repository:admin/app:pull');
  const followed = await fetch(`${redirecting.baseUrl}/v2${path}`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(followed.redirected, true);
  assert.equal(digestOf(Buffer.from(await followed.arrayBuffer())), digestOf(layer));
  expectStatus(200, await redirecting.client.registry('HEAD', path));
});

test('an upload in small chunks goes on where a killed process had acknowledged it', { skip, timeout }, async (t) => {
  const cleanUp = createCleanUp(t);
  const s3 = await startTestS3(cleanUp);
  const env = await settings(cleanUp, s3);
  const first = await startRole(cleanUp, 'garant,registry', env);
  const bytes = randomBytes(9_000_000);
  const started = await first.client.registry('POST', '/admin/app/blobs/uploads/');
  expectStatus(202, started);
  const path = (started.headers.get('location') ?? '').slice('/v2'.length);
  const chunkBytes = 100_000;
  async function append(client: Client, start: number): Promise<void> {
    const chunk = bytes.subarray(start, start + chunkBytes);
    const headers = { 'content-range': `${start}-${start + chunk.length - 1}` };
    expectStatus(202, await client.registry('PATCH', path, { body: chunk, headers }));
  }
  const killedAt = 8_700_000;
  for (let start = 0; start < killedAt; start += chunkBytes) await append(first.client, start);
  await first.process.stop('SIGKILL');

  const second = await startRole(cleanUp, 'garant,registry', env);
  const status = await second.client.registry('GET', path);
  assert.equal(status.headers.get('range'), `0-${killedAt - 1}`);
  for (let start = killedAt; start < bytes.length; start += chunkBytes) await append(second.client, start);
  const digest = digestOf(bytes);
  expectStatus(201, await second.client.registry('PUT', `${path}?digest=${digest}`));
  const { baseUrl } = second;
  const token = await second.client.token('repository:admin/app:pull');
  const pulled = await fetch(`${baseUrl}/v2/admin/app/blobs/${digest}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  assert.equal(digestOf(Buffer.from(await pulled.arrayBuffer())), digest);
  const names = await readdir(s3.folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile() && !entry.parentPath.includes('.sgwtmp'));
  assert.equal(files.length, 1, 'no segment is left');
});

test('a bucket that is not there, or cannot be reached, ends the start with one line', { skip, timeout }, async (t) => {
  const cleanUp = createCleanUp(t);
  const s3 = await startTestS3(cleanUp);
  const env = await settings(cleanUp, s3);
  for (const [change, expected] of [
    [{ S3_BUCKET: 'absent' }, /^the S3 bucket "absent" at http\S+ does not exist: make it, or set S3_BUCKET/],
    [
      { S3_ENDPOINT: `http://127.0.0.1:${await freePort()}` },
      /^the S3 bucket "blobs" .* cannot be reached: .*S3_ENDPOINT$/,
    ],
    [{ AWS_SECRET_ACCESS_KEY: 'wrong' }, /^the S3 bucket "blobs" .* does not let these credentials in/],
  ] as const) {
    const base = startSettings(env.JOBRUNNER_DATA_DIR, await freePort(), env.ADMIN_PASSWORD);
    const args = ['server/main.ts', '--roles', 'registry'];
    const running = startProcess(cleanUp, process.execPath, args, productEnv({ ...base, ...env, ...change }));
    const { code } = await running.exited;
    assert.equal(code, 1);
    const lines = running.output.stderr.split('\n').filter(Boolean);
    assert.equal(lines.length, 1, running.output.stderr);
    assert.match(lines[0] ?? '', expected);
  }
});
