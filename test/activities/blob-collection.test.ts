import { CancelledFailure } from '@temporalio/activity';
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { test, type TestContext } from 'node:test';
import { createBlobCollectionActivities } from '../../activities/blob-collection.ts';
import { findJob } from '../../jobs/records/queries.ts';
import { databaseNow, deleteObjectsPage, previewPage, reviewPage } from '../../registry/collection/collect-blobs.ts';
import { messagesOf } from '../jobs/test-jobs.ts';
import { runIn, startJob, type TestJob } from './test-activities.ts';
import { blobBytes, startBlobs, type TestBlobs } from './test-blobs.ts';

interface Collection extends TestJob {
  readonly blobs: TestBlobs;
  /** What the caches were told. */
  readonly published: unknown[];
  readonly activities: ReturnType<typeof createBlobCollectionActivities>;
}

async function startCollection(t: TestContext): Promise<Collection> {
  const job = await startJob(t, 'onlinegc_blobs');
  const blobs = await startBlobs(t, job.pool);
  const { pool, jobLog } = job;
  const published: unknown[] = [];
  const cache = { publish: (keys: unknown) => Promise.resolve(void published.push(keys)) };
  const activities = createBlobCollectionActivities({ pool, blobStore: blobs.store, cache, jobLog });
  return { ...job, blobs, published, activities };
}

const signal = new AbortController().signal;

test('an orphan goes, its object is written down; a blob that a manifest names stays and loses its review', async (t) => {
  const { pool, blobs } = await startCollection(t);
  const [orphan, named] = [await blobs.add(), await blobs.add()];
  await blobs.link(orphan, 'app');
  await blobs.name(named, 'app');
  const page = await reviewPage(pool, 10);
  assert.deepEqual(page, {
    reviewed: 2,
    orphans: [{ id: orphan.id, digest: orphan.digest, sizeBytes: blobBytes }],
    nextCursor: undefined,
  });
  assert.deepEqual([await blobs.hasRow(orphan), await blobs.hasRow(named)], [false, true]);
  assert.equal(await blobs.hasReview(named), false);
  assert.deepEqual(await blobs.linksOf(named), ['app']);
  assert.deepEqual(await blobs.toDelete(), [orphan.key]);
  assert.equal(await blobs.hasBytes(orphan), true, 'the bytes go after the row');
  assert.equal((await reviewPage(pool, 10)).reviewed, 0);
});

test('a blob that another repository names stays there, and is no longer read through this one', async (t) => {
  const { pool, blobs } = await startCollection(t);
  const shared = await blobs.add();
  await blobs.name(shared, 'app');
  await blobs.link(shared, 'fork');
  await reviewPage(pool, 10);
  assert.deepEqual(await blobs.linksOf(shared), ['app']);
});

test('a review that is not due is left alone', async (t) => {
  const { pool, blobs } = await startCollection(t);
  const orphan = await blobs.add();
  await pool.query(`UPDATE registry.blob_reviews SET review_after = now() + interval '1 minute'`);
  assert.equal((await reviewPage(pool, 10)).reviewed, 0);
  assert.deepEqual([await blobs.hasRow(orphan), await blobs.hasReview(orphan)], [true, true]);
});

test('a blob or review that somebody holds is passed over, and stays due', async (t) => {
  const { pool, blobs } = await startCollection(t);
  const [held, reviewHeld, free] = [await blobs.add(), await blobs.add(), await blobs.add()];
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT FROM registry.blobs WHERE id = $1 FOR KEY SHARE', [held.id]);
    await client.query('SELECT FROM registry.blob_reviews WHERE blob_id = $1 FOR UPDATE', [reviewHeld.id]);
    const page = await reviewPage(pool, 10);
    assert.deepEqual([page.reviewed, page.orphans.map(({ id }) => id)], [1, [free.id]]);
    await client.query('ROLLBACK');
  } finally {
    client.release();
  }
  assert.deepEqual(
    (await reviewPage(pool, 10)).orphans.map(({ id }) => id).toSorted((a, b) => a - b),
    [held.id, reviewHeld.id],
  );
});

test('a page whose blobs are all held is the last: it would come again and again', async (t) => {
  const { pool, blobs } = await startCollection(t);
  const held = [await blobs.add(), await blobs.add()];
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT FROM registry.blobs WHERE id = ANY($1) FOR UPDATE', [held.map(({ id }) => id)]);
    assert.deepEqual(await reviewPage(pool, 2), { reviewed: 0, orphans: [], nextCursor: undefined });
    await client.query('ROLLBACK');
  } finally {
    client.release();
  }
});

test('pages go on until nothing is due, and no blob is reviewed twice', async (t) => {
  const { pool, blobs } = await startCollection(t);
  const added = [];
  for (let index = 0; index < 5; index++) added.push(await blobs.add());
  const reviewed = [];
  for (let page = await reviewPage(pool, 2); ; page = await reviewPage(pool, 2)) {
    reviewed.push(...page.orphans.map(({ digest }) => digest));
    if (!page.nextCursor) break;
  }
  assert.deepEqual(reviewed.sort(), added.map(({ digest }) => digest).sort());
});

test('two collections at once share the work', async (t) => {
  const { pool, blobs } = await startCollection(t);
  for (let index = 0; index < 20; index++) await blobs.add();
  const pages = await Promise.all(Array.from({ length: 4 }, () => reviewPage(pool, 5)));
  const ids = pages.flatMap((page) => page.orphans.map(({ id }) => id));
  assert.equal(new Set(ids).size, ids.length);
  let left = 0;
  for (let page = await reviewPage(pool, 20); page.reviewed > 0; page = await reviewPage(pool, 20))
    left += page.reviewed;
  assert.equal(ids.length + left, 20);
});

test('a preview tells the same, page by page, and changes nothing', async (t) => {
  const { pool, blobs } = await startCollection(t);
  const orphans = [await blobs.add(), await blobs.add(), await blobs.add()];
  await blobs.name(await blobs.add(), 'app');
  // All due at one moment: the cursor has to tell them apart by id.
  await pool.query(`UPDATE registry.blob_reviews SET review_after = '2026-01-01T00:00:00.123456Z'`);
  const before = await blobs.snapshot();
  const first = await previewPage(pool, 3);
  assert.deepEqual(
    [first.reviewed, first.orphans.map(({ digest }) => digest)],
    [3, orphans.map(({ digest }) => digest)],
  );
  const second = await previewPage(pool, 3, first.nextCursor);
  assert.deepEqual([second.reviewed, second.orphans, second.nextCursor], [1, [], undefined]);
  assert.equal(await blobs.snapshot(), before);
});

test('objects are deleted with their bytes; one that is gone already counts as deleted', async (t) => {
  const { pool, blobs } = await startCollection(t);
  const orphans = [await blobs.add(), await blobs.add(), await blobs.add()];
  await blobs.store.delete([orphans[0]?.key ?? '']);
  await reviewPage(pool, 10);
  const options = { limit: 2, since: await databaseNow(pool), signal };
  assert.deepEqual(await deleteObjectsPage(pool, blobs.store, options), {
    deleted: 2,
    freedBytes: 2 * blobBytes,
    failures: [],
    hasMore: true,
  });
  assert.deepEqual((await deleteObjectsPage(pool, blobs.store, options)).hasMore, false);
  for (const blob of orphans) assert.equal(await blobs.hasBytes(blob), false);
  assert.deepEqual(await blobs.toDelete(), []);
});

test('an object that cannot be deleted stays written down, and is not tried again in the same run', async (t) => {
  const { pool, blobs } = await startCollection(t);
  const stuck = await blobs.addUndeletable();
  const orphan = await blobs.add();
  await reviewPage(pool, 10);
  const since = await databaseNow(pool);
  const first = await deleteObjectsPage(pool, blobs.store, { limit: 10, since, signal });
  assert.deepEqual([first.deleted, first.freedBytes, first.failures.map(({ key }) => key)], [1, blobBytes, [stuck]]);
  assert.equal(await blobs.hasBytes(orphan), false, 'the others are deleted all the same');
  assert.deepEqual(await blobs.toDelete(), [stuck]);

  assert.deepEqual(await deleteObjectsPage(pool, blobs.store, { limit: 10, since, signal }), {
    deleted: 0,
    freedBytes: 0,
    failures: [],
    hasMore: false,
  });
  const nextRun = await deleteObjectsPage(pool, blobs.store, { limit: 10, since: await databaseNow(pool), signal });
  assert.deepEqual(
    nextRun.failures.map(({ key }) => key),
    [stuck],
  );
});

test('a run with more undeletable objects than a page comes to an end', async (t) => {
  const { pool, blobs } = await startCollection(t);
  for (let index = 0; index < 5; index++) await blobs.addUndeletable();
  const since = await databaseNow(pool);
  let failed = 0;
  for (let hasMore = true; hasMore;) {
    const page = await deleteObjectsPage(pool, blobs.store, { limit: 2, since, signal });
    failed += page.failures.length;
    hasMore = page.hasMore;
  }
  assert.equal(failed, 5);
});

/** What all pages of these tests are done with. */
const pace = { limit: 10, busyPercent: 100 } as const;
const deleting = { phase: 'deleting', itemsDone: 0, sizeBytes: 0 } as const;

test('the activities: plan, review and delete, with counts, progress and log lines', async (t) => {
  const { id, pool, blobs, activities, environment, wakeUps } = await startCollection(t);
  const orphan = await blobs.add();
  const named = await blobs.add();
  await blobs.name(named, 'app');
  const plan = await runIn(environment(), () => activities.planBlobCollection());
  assert.equal(plan.blobsDue, 2);

  const review = {
    ...pace,
    dryRun: false,
    cursor: undefined,
    itemsListed: 0,
    progress: { phase: 'reviewing', itemsDone: 100, itemsTotal: 102, sizeBytes: 0 },
  };
  assert.deepEqual(await runIn(environment(), () => activities.reviewBlobs(review)), {
    reviewed: 2,
    orphaned: 1,
    orphanedBytes: blobBytes,
    nextCursor: undefined,
  });
  assert.partialDeepStrictEqual((await findJob(pool, id))?.progress, { phase: 'reviewing', done: 102, total: 102 });

  const deletion = {
    ...pace,
    startedAt: plan.startedAt,
    progress: { phase: 'deleting', itemsDone: 50, sizeBytes: 0 },
  };
  assert.deepEqual(await runIn(environment(), () => activities.deleteObjects(deletion)), {
    deleted: 1,
    freedBytes: blobBytes,
    failed: 0,
    hasMore: false,
  });
  assert.partialDeepStrictEqual((await findJob(pool, id))?.progress, { phase: 'deleting', done: 51 });
  assert.equal(await blobs.hasBytes(orphan), false);
  assert.equal(await blobs.hasBytes(named), true);
  assert.deepEqual(await messagesOf(pool, id), ['reviewed blobs', 'deleted objects']);
  assert.equal(wakeUps(), 2);

  // An attempt that comes again, because its answer was lost, finds nothing to do.
  assert.equal((await runIn(environment(2), () => activities.reviewBlobs(review))).reviewed, 0);
  assert.equal((await runIn(environment(2), () => activities.deleteObjects(deletion))).deleted, 0);
  assert.deepEqual(await messagesOf(pool, id), ['reviewed blobs', 'deleted objects']);
});

test('a dry run tells each blob that would go, and changes nothing', async (t) => {
  const { id, pool, blobs, activities, environment } = await startCollection(t);
  await blobs.add();
  await blobs.name(await blobs.add(), 'app');
  const before = await blobs.snapshot();
  const review = {
    ...pace,
    dryRun: true,
    cursor: undefined,
    itemsListed: 0,
    progress: { phase: 'reviewing', itemsDone: 0, itemsTotal: 2, sizeBytes: 0 },
  };
  const page = await runIn(environment(), () => activities.reviewBlobs(review));
  assert.deepEqual([page.reviewed, page.orphaned, page.orphanedBytes], [2, 1, blobBytes]);
  assert.equal(await blobs.snapshot(), before);
  assert.deepEqual(await messagesOf(pool, id), ['would delete', 'reviewed blobs']);
});

test('what the store does not delete is counted, and told in the log', async (t) => {
  const { id, pool, blobs, activities, environment } = await startCollection(t);
  const stuck = await blobs.addUndeletable();
  const startedAt = await databaseNow(pool);
  const page = await runIn(environment(), () => activities.deleteObjects({ ...pace, startedAt, progress: deleting }));
  assert.deepEqual(page, { deleted: 0, freedBytes: 0, failed: 1, hasMore: false });
  const { rows } = await pool.query<{ data: string }>('SELECT data FROM jobs.log_lines WHERE job_id = $1', [id]);
  assert.ok(rows[0]?.data.includes(stuck), rows[0]?.data);
});

test('a cancel stops the deletion between objects, and what was deleted until then is recorded', async (t) => {
  const { pool, blobs, activities, environment } = await startCollection(t);
  const orphans = [];
  for (let index = 0; index < 40; index++) orphans.push(await blobs.add());
  await reviewPage(pool, 100);
  const canceled = environment();
  const startedAt = await databaseNow(pool);
  const running = runIn(canceled, () =>
    activities.deleteObjects({ ...pace, limit: 100, startedAt, progress: deleting }),
  );
  const rejected = assert.rejects(running, CancelledFailure);
  canceled.cancel();
  await rejected;
  const left = new Set(await blobs.toDelete());
  assert.ok(left.size > 0, 'it did not go through all of them');
  for (const blob of orphans) assert.equal(await blobs.hasBytes(blob), left.has(blob.key));
  await delay(5);
  const next = { ...pace, limit: 100, startedAt: await databaseNow(pool), progress: deleting };
  assert.equal((await runIn(environment(), () => activities.deleteObjects(next))).deleted, left.size);
});
