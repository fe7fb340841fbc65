import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { createCleanUp } from '../support/clean-up.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { createRandom } from '../support/random.ts';
import { fuzzRequest, type FuzzTargets } from './fuzz-requests.ts';
import { startRole, temporaryDataDir } from './jobrunner-process.ts';
import { residentBytes } from './process-memory.ts';
import { exchangeBytes, type RawOutcome } from './raw-request.ts';

// The same requests in every run, so that a change is judged by itself; FUZZ_SEED=random looks for new ones, and a number
// repeats what was found. FUZZ_REQUESTS makes the test as long as wanted.
const seedText = process.env['FUZZ_SEED'] ?? '1';
const seed = seedText === 'random' ? randomInt(2 ** 31) : Number(seedText);
const requests = Number(process.env['FUZZ_REQUESTS'] ?? 2_000);
const atOnce = 16;
const maxGrowthBytes = 256 * 1024 * 1024;

test(`random requests, seed ${seed}: never a 5xx, never silence, and nothing but clear errors`, async (t) => {
  const cleanUp = createCleanUp(t);
  const { url } = await createTestDatabase(cleanUp);
  const dataDir = await temporaryDataDir(cleanUp);
  const {
    client,
    baseUrl,
    process: running,
  } = await startRole(cleanUp, 'api,garant,registry', {
    // What is measured is the process that serves.
    HTTP_PROCESSES: '1',
    ADMIN_PASSWORD: randomBytes(8).toString('hex'),
    SECRET_KEY: randomBytes(32).toString('hex'),
    DATABASE_URL: url,
    JOBRUNNER_DATA_DIR: dataDir,
  });
  const port = Number(new URL(baseUrl).port);
  const repository = 'admin/fuzz';
  const kept = await client.pushImage('admin/kept', 'kept');
  const token = await client.token(`repository:${repository}:pull,push,delete registry:catalog:*`);
  const upload = await client.registry('POST', `/${repository}/blobs/uploads/`);
  const targets: FuzzTargets = {
    repository,
    tag: 'tag',
    manifestDigest: await client.pushImage(repository, 'tag'),
    blobDigest: await client.pushBlob(repository, randomBytes(2_000)),
    uploadId: upload.headers.get('location')?.split('/').at(-1) ?? '',
    authorizations: [
      `Bearer ${token}`,
      `Bearer ${await client.apiToken()}`,
      'Bearer x',
      'Bearer a.b.c',
      `Bearer ${'x.'.repeat(2_000)}`,
      `Basic ${Buffer.from('admin:wrong').toString('base64')}`,
      `Basic ${Buffer.from('a\0b:c').toString('base64')}`,
      'Basic =',
      '\u00e9',
      '',
    ],
  };
  const filesBefore = await readdir(dataDir);
  const bytesBefore = await residentBytes(running.pid);

  const random = createRandom(seed);
  const queue = Array.from({ length: requests }, () => fuzzRequest(random, targets)).values();
  const statuses = new Map<string, number>();
  async function work(): Promise<void> {
    for (const { bytes, method } of queue) {
      const outcome = await exchangeBytes(port, bytes, { isHead: method === 'HEAD' });
      const shown = `seed ${seed}: ${JSON.stringify(bytes.toString('latin1').slice(0, 2_000))}`;
      assert.ok(outcome.end, `neither answered nor closed: ${shown}`);
      assertClear(outcome, shown);
      const key = String(outcome.answer?.status ?? outcome.end);
      statuses.set(key, (statuses.get(key) ?? 0) + 1);
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work));

  const growthBytes = (await residentBytes(running.pid)) - bytesBefore;
  t.diagnostic(
    `${requests} requests, seed ${seed}: ${JSON.stringify(Object.fromEntries(statuses))}, ` +
      `memory grew by ${Math.round(growthBytes / 1024 / 1024)} MiB`,
  );
  assert.ok(growthBytes < maxGrowthBytes, `memory grew by ${growthBytes} bytes`);
  for (const line of running.output.stderr.trim().split('\n')) {
    assert.match(line, /^\{"level":[1-3]0,/, 'nothing went wrong inside');
  }
  assert.deepEqual(await readdir(dataDir), filesBefore, 'no file outside of the blob store');
  assert.equal((await client.registry('HEAD', `/admin/kept/manifests/${kept}`)).status, 200);
  await client.pushImage(repository, 'after');
  assert.equal((await fetch(`${baseUrl}/readyz`)).status, 200);
  assert.ok((statuses.get('200') ?? 0) > 0 && (statuses.get('404') ?? 0) > 0, 'requests get to the handlers');
});

function assertClear({ answer }: RawOutcome, shown: string): void {
  if (!answer) return;
  assert.ok(answer.status >= 200 && answer.status < 500, `${answer.status} ${answer.text}: ${shown}`);
  assert.equal(answer.headers['x-injected'], undefined, shown);
  if (answer.status < 400 || answer.text === '') return;
  // The token endpoint speaks OAuth 2.0 besides, which has fields of its own before ours.
  assert.match(
    answer.text,
    /^\{(?:"error":"\w+","error_description":.*,)?"errors":\[\{.*\}\]\}\n?$/s,
    `${answer.status} ${answer.text}: ${shown}`,
  );
  const [error] = (JSON.parse(answer.text) as { errors: { code: string; message: string }[] }).errors;
  assert.ok(error && /^[A-Z_]+$/.test(error.code) && error.message !== '', `${answer.text}: ${shown}`);
  assert.doesNotMatch(answer.text, /\bat \/|node_modules|\.ts:\d|registry\.\w+ /, `no internals: ${answer.text}`);
}
