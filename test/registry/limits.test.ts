import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Queryable } from '../../database/pool.ts';
import type { LimitName } from '../../settings/limits.ts';
import { limitsOfPushes } from '../support/limits-of-pushes.ts';
import {
  fullAccess,
  imageType,
  pushImage,
  pushLayers,
  putManifest,
  randomBlob,
  sha256,
  startRegistry,
  type TestRegistry,
  type TestResponse,
} from './test-registry.ts';

const max = 7;
const atOnce = 50;
const numbers = Array.from({ length: atOnce }, (_, number) => number);

// Every route of /v2 that could make something, with the limits that it meets, or why it meets none. A new route fails the
// test: enter it here.
const makings: Readonly<Record<string, string | readonly LimitName[]>> = {
  'POST uploads': ['maxRepositoriesPerNamespace', 'maxOpenUploadsPerRepository', 'maxOpenUploadsPerAccount'],
  'PUT manifest': ['maxRepositoriesPerNamespace', 'maxManifestsPerRepository', 'maxTagsPerRepository'],
  'PATCH upload': 'bytes of an upload that is there: MAX_UPLOAD_SIZE, and the disk',
  'PUT upload': 'a blob of an upload that is there, which is collected where no manifest names it',
};

async function countOf({ pool }: TestRegistry, table: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(`SELECT count(*) AS count FROM registry.${table}`);
  return rows[0]?.count ?? -1;
}

/** What one of many answers that were refused says, which all of them say. */
function assertRefused(answers: readonly TestResponse[], outcome: string, limit: LimitName): void {
  for (const { status, code, message, headers } of answers) {
    assert.equal(`${status} ${code}`, outcome);
    assert.match(message, new RegExp(`as many as the setting ${limit} allows: .*at /api/v0/meta/settings`));
    assert.equal(headers['retry-after'], status === 429 ? '60' : undefined);
  }
}

function split(answers: readonly TestResponse[]): { made: TestResponse[]; refused: TestResponse[] } {
  return { made: answers.filter(({ status }) => status < 300), refused: answers.filter(({ status }) => status >= 300) };
}

/** An artifact without layers, which differs from all others. */
function artifact(config: string, size: number, number: number | string): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: imageType,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: config, size },
    layers: [],
    annotations: { number: String(number) },
  });
}

async function pushConfig(registry: TestRegistry, name: string) {
  const bytes = '{}';
  const digest = sha256(bytes);
  const { status } = await registry.send('POST', `/v2/${name}/blobs/uploads/?digest=${digest}`, { body: bytes });
  assert.equal(status, 201);
  return (number: number | string) => artifact(digest, bytes.length, number);
}

test('every route that makes something meets a limit, or says why not', async (t) => {
  const { registry } = await startRegistry(t);
  const makers = registry.routes.filter(({ method }) => ['POST', 'PUT', 'PATCH'].includes(method));
  assert.deepEqual(Object.keys(makings).toSorted(), makers.map(({ method, kind }) => `${method} ${kind}`).toSorted());
  const met = Object.values(makings).flatMap((making) => (typeof making === 'string' ? [] : making));
  assert.deepEqual([...new Set(met)].toSorted(), limitsOfPushes.toSorted());
});

test('a repository has as many open uploads as it may, however many ask at once of several processes', async (t) => {
  const registry = await startRegistry(t, { limits: { maxOpenUploadsPerRepository: max } });
  await pushImage(registry, 'acme/app', '1');
  const other = await registry.addNode();
  const answers = await Promise.all(
    numbers.map((number) =>
      (number % 2 === 0 ? registry : other).send('POST', '/v2/acme/app/blobs/uploads/', { subject: `u${number}` }),
    ),
  );
  const { made, refused } = split(answers);
  assert.deepEqual([made.length, await countOf(registry, 'uploads')], [max, max]);
  assertRefused(refused, '429 TOOMANYREQUESTS', 'maxOpenUploadsPerRepository');
  const { bytes, digest } = randomBlob();
  const inOne = await registry.send('POST', `/v2/acme/app/blobs/uploads/?digest=${digest}`, { body: bytes });
  assert.equal(inOne.status, 429, 'an upload in one request is one as well');

  const [first] = made;
  assert.equal((await registry.send('DELETE', first?.headers.location ?? '')).status, 204);
  assert.equal(
    (await registry.send('POST', `/v2/acme/app/blobs/uploads/?digest=${digest}`, { body: bytes })).status,
    201,
  );
});

test('an account has as many open uploads as it may, in all repositories', async (t) => {
  const registry = await startRegistry(t, { limits: { maxOpenUploadsPerAccount: max } });
  const names = ['acme/a', 'acme/b', 'acme/c', 'acme/d'];
  for (const name of names) await pushImage(registry, name, '1');
  const start = (number: number, subject: string) => {
    const name = names[number % names.length] ?? '';
    return registry.send('POST', `/v2/${name}/blobs/uploads/`, { subject, access: fullAccess(name) });
  };
  const { made, refused } = split(await Promise.all(numbers.map((number) => start(number, 'robot$acme+ci'))));
  assert.deepEqual([made.length, await countOf(registry, 'uploads')], [max, max]);
  assertRefused(refused, '429 TOOMANYREQUESTS', 'maxOpenUploadsPerAccount');
  assert.equal((await start(0, 'ada')).status, 202, 'others go on');
});

test('an upload that is being begun counts, for its repository and for its account', async (t) => {
  const { pool } = await startRegistry(t);
  await pool.query(`INSERT INTO registry.repositories (namespace, name) VALUES ('acme', 'a'), ('acme', 'b')`);
  const begin = async (db: Queryable, repository: 'a' | 'b', pusher: string) => {
    const { rows } = await db.query<{ reached: string | null }>(
      `SELECT registry.begin_upload(gen_random_uuid(), id, $2, gen_random_uuid()::text, 'sha256', NULL, 1, 1) AS reached
       FROM registry.repositories WHERE name = $1`,
      [repository, pusher],
    );
    return rows[0]?.reached;
  };
  const tx = await pool.connect();
  await tx.query('BEGIN');
  assert.equal(await begin(tx, 'a', 'ada'), null);
  const others = [begin(pool, 'a', 'eve'), begin(pool, 'b', 'ada')];
  const first = await Promise.race([...others, delay(200, 'waits')]);
  await tx.query('COMMIT');
  tx.release();
  assert.equal(first, 'waits');
  assert.deepEqual(await Promise.all(others), ['maxOpenUploadsPerRepository', 'maxOpenUploadsPerAccount']);
});

test('uploads that nobody has written to for an hour give way, others do not', async (t) => {
  for (const limit of ['maxOpenUploadsPerRepository', 'maxOpenUploadsPerAccount'] as const) {
    const registry = await startRegistry(t, { limits: { [limit]: 3 } });
    const start = () => registry.send('POST', '/v2/acme/app/blobs/uploads/');
    const started = [await start(), await start(), await start()];
    assert.deepEqual(
      started.map(({ status }) => status),
      [202, 202, 202],
      limit,
    );
    const age = async (minutes: number) => {
      await registry.pool.query(
        `UPDATE registry.uploads SET updated_at = now() - $1 * interval '1 minute' WHERE id::text = $2`,
        [minutes, started[0]?.headers['docker-upload-uuid']],
      );
    };
    await age(59);
    assert.equal((await start()).status, 429, limit);
    await age(61);
    assert.equal((await start()).status, 202, limit);
    assert.equal((await start()).status, 429, limit);
    assert.deepEqual([await countOf(registry, 'uploads'), await countOf(registry, 'expired_uploads')], [3, 1], limit);
    const gone = await registry.send('GET', started[0]?.headers.location ?? '');
    assert.equal(gone.code, 'BLOB_UPLOAD_UNKNOWN');
  }
});

test('many pushes of one robot at once meet no limit', async (t) => {
  const registry = await startRegistry(t);
  await pushImage(registry, 'acme/app', '1');
  const layers = Array.from({ length: 5 }, () => randomBlob(100).bytes);
  const pushed = await Promise.all(
    numbers.map(async (number) => {
      const { manifest } = await pushLayers(registry, 'acme/app', layers);
      return (await putManifest(registry, 'acme/app', `v${number}`, manifest)).status;
    }),
  );
  assert.deepEqual([...new Set(pushed)], [201]);
});

test('pushes make as many repositories as a namespace may have', async (t) => {
  const registry = await startRegistry(t);
  await registry.pool.query(`INSERT INTO jobs.settings (name, value) VALUES ('maxRepositoriesPerNamespace', '7')`);
  const answers = await Promise.all(
    numbers.map((number) => registry.send('POST', `/v2/acme/app-${number}/blobs/uploads/`)),
  );
  const { made, refused } = split(answers);
  assert.deepEqual([made.length, await countOf(registry, 'repositories')], [max, max]);
  assertRefused(refused, '403 DENIED', 'maxRepositoriesPerNamespace');
  assert.deepEqual(JSON.parse(refused[0]?.body.toString() ?? ''), {
    errors: [{ code: 'DENIED', message: refused[0]?.message, detail: { limit: 'maxRepositoriesPerNamespace', max } }],
  });
});

test('a repository has as many manifests as it may, however many come at once', async (t) => {
  const registry = await startRegistry(t, { limits: { maxManifestsPerRepository: max } });
  const make = await pushConfig(registry, 'acme/app');
  const put = (number: number | string) => {
    const manifest = make(number);
    return putManifest(registry, 'acme/app', sha256(manifest), manifest);
  };
  const { made, refused } = split(await Promise.all(numbers.map(put)));
  assert.deepEqual([made.length, await countOf(registry, 'manifests')], [max, max]);
  assertRefused(refused, '403 DENIED', 'maxManifestsPerRepository');
  const { rows } = await registry.pool.query<{ payload: Buffer }>('SELECT payload FROM registry.manifests LIMIT 1');
  const known = rows[0]?.payload.toString() ?? '';
  assert.equal((await putManifest(registry, 'acme/app', 'known', known)).status, 201, 'one that is there is no more');
});

test('a repository has as many tags as it may, however many come at once', async (t) => {
  const registry = await startRegistry(t, { limits: { maxTagsPerRepository: max } });
  const make = await pushConfig(registry, 'acme/app');
  const answers = await Promise.all(
    numbers.map((number) => putManifest(registry, 'acme/app', `v${number}`, make(number % 3))),
  );
  const { made, refused } = split(answers);
  assert.deepEqual([made.length, await countOf(registry, 'tags')], [max, max]);
  assertRefused(refused, '403 DENIED', 'maxTagsPerRepository');

  const { rows } = await registry.pool.query<{ name: string }>('SELECT name FROM registry.tags LIMIT 1');
  assert.equal((await putManifest(registry, 'acme/app', rows[0]?.name ?? '', make('moved'))).status, 201);
  const several = make('several');
  const at = `${sha256(several)}?tag=${rows[0]?.name}&tag=new`;
  assert.equal((await putManifest(registry, 'acme/app', at, several)).code, 'DENIED', 'all of several tags or none');
  assert.equal(await countOf(registry, 'tags'), max);
});

test('far from a limit nobody waits, near to it everybody does, and it holds', async (t) => {
  const limits = { maxManifestsPerRepository: 1_500, maxTagsPerRepository: 1_500 };
  const registry = await startRegistry(t, { limits });
  const make = await pushConfig(registry, 'acme/app');
  const put = (number: number | string) => putManifest(registry, 'acme/app', `v${number}`, make(number));
  assert.equal((await put('first')).status, 201);
  const fill = (from: number, to: number) =>
    registry.pool.query(
      `WITH made AS (
         INSERT INTO registry.manifests (repository_id, digest, media_type, payload, pushed_by)
         SELECT r.id, 'sha256:' || i, 'm', '', 'admin' FROM registry.repositories r, generate_series($1::int, $2) i
         RETURNING id, repository_id, digest)
       INSERT INTO registry.tags (repository_id, name, manifest_id, author)
       SELECT repository_id, 'f' || substr(digest, 8), id, 'admin' FROM made`,
      [from, to],
    );
  // From 481 over the 500 at which the limit is near.
  await fill(2, 481);
  const over = await Promise.all(numbers.map((number) => put(`far-${number}`)));
  assert.deepEqual([...new Set(over.map(({ status }) => status))], [201]);
  await fill(532, 1_490);
  const { made } = split(await Promise.all(numbers.map((number) => put(`near-${number}`))));
  assert.equal(made.length, 10);
  assert.deepEqual([await countOf(registry, 'manifests'), await countOf(registry, 'tags')], [1_500, 1_500]);
});
