import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { expectStatus, imageManifest, imageType } from './client.ts';
import { startJobrunner } from './jobrunner-process.ts';

const age = /^jobrunner_gc_oldest_review_age_seconds/;

/** The figures about garbage collection, by their series without the prefix. */
async function scrape(metricsUrl: string): Promise<{ ages: number[]; figures: Record<string, number> }> {
  const response = await fetch(metricsUrl);
  assert.equal(response.status, 200);
  const series = [...(await response.text()).matchAll(/^(jobrunner_gc_\S+) (\S+)$/gm)].map(
    ([, name = '', value = '']) => [name, Number(value)] as const,
  );
  return {
    ages: series.filter(([name]) => age.test(name)).map(([, value]) => value),
    figures: Object.fromEntries(
      series.filter(([name]) => !age.test(name)).map(([name, value]) => [name.replace('jobrunner_gc_', ''), value]),
    ),
  };
}

const nothing = {
  'reviews{kind="manifest",state="due"}': 0,
  'reviews{kind="manifest",state="waiting"}': 0,
  'reviews{kind="blob",state="due"}': 0,
  'reviews{kind="blob",state="waiting"}': 0,
  pending_objects: 0,
  pending_bytes: 0,
  pending_repositories: 0,
  quarantined_blobs: 0,
  'reviewed_total{kind="manifest"}': 0,
  'reviewed_total{kind="blob"}': 0,
  'deleted_total{kind="manifest"}': 0,
  'deleted_total{kind="blob"}': 0,
  'deleted_total{kind="repository"}': 0,
  'deleted_total{kind="object"}': 0,
  'deleted_total{kind="upload"}': 0,
  'deleted_total{kind="leftover"}': 0,
  freed_bytes_total: 0,
  failed_objects_total: 0,
};

test(
  'metrics tell what there is to collect, and after the collection what it took',
  { skip: missing('temporal'), timeout: 300_000 },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const { client, metricsUrl } = await startJobrunner(cleanUp, { env: { UPLOAD_EXPIRY: '1ms' } });
    assert.deepEqual(await scrape(metricsUrl), { ages: [0, 0], figures: nothing });

    const [config, layer, orphan] = [randomBytes(200), randomBytes(3_000), randomBytes(40)];
    const manifest = imageManifest({ digest: await client.pushBlob('admin/app', config), size: config.length }, [
      { digest: await client.pushBlob('admin/app', layer), size: layer.length },
    ]);
    const headers = { 'content-type': imageType };
    expectStatus(201, await client.registry('PUT', '/admin/app/manifests/1.0', { body: manifest, headers }));
    await client.pushBlob('admin/app', orphan);
    expectStatus(202, await client.registry('POST', '/admin/app/blobs/uploads/'));
    expectStatus(
      200,
      await client.api('PATCH', '/repositories/admin/app', { untaggedManifests: 'delete', untaggedGraceSeconds: 0 }),
    );
    expectStatus(202, await client.registry('DELETE', '/admin/app/manifests/1.0'));
    const before = await scrape(metricsUrl);
    const due = { ...nothing, 'reviews{kind="manifest",state="due"}': 1, 'reviews{kind="blob",state="due"}': 3 };
    assert.deepEqual(before.figures, due);
    assert.ok(
      before.ages.every((seconds) => seconds > 0 && seconds < 300),
      `both oldest reviews have an age: ${before.ages.join()}`,
    );

    const dryRun = await client.startJob('onlinegc', { dryRun: 'true' });
    await client.waitForJob(dryRun, ['done'], 120_000);
    assert.deepEqual((await scrape(metricsUrl)).figures, due, 'a dry run takes nothing');

    await client.waitForJob(await client.startJob('onlinegc'), ['done'], 120_000);
    assert.deepEqual(await scrape(metricsUrl), {
      ages: [0, 0],
      figures: {
        ...nothing,
        'reviewed_total{kind="manifest"}': 1,
        'reviewed_total{kind="blob"}': 3,
        'deleted_total{kind="manifest"}': 1,
        'deleted_total{kind="blob"}': 3,
        'deleted_total{kind="object"}': 3,
        'deleted_total{kind="upload"}': 1,
        freed_bytes_total: config.length + layer.length + orphan.length,
      },
    });
  },
);
