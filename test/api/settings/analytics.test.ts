import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeUsageReport, type UsageReport } from '../../../settings/usage-report.ts';
import { makeEndedJobs, makeEvents, storeSettings } from '../../jobs/histories.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { startApi } from '../test-api.ts';

const preview = '/api/v0/meta/analytics/preview';

test('the preview shows what would be sent, and whether it would', async (t) => {
  const api = await startApi(t);
  await makeEvents(api.pool, 3);
  await makeEndedJobs(api.pool, { count: 2 });
  await api.pool.query(`UPDATE jobs.jobs SET started_at = ended_at - interval '1500 ms'`);
  await api.pool.query(`INSERT INTO registry.repositories (namespace, name) VALUES ('acme', 'secret-project')`);
  await api.pool.query(
    `INSERT INTO registry.blobs (digest, size_bytes, storage_key) SELECT 'sha256:' || i, i, 'key-' || i
     FROM generate_series(1, 4) i`,
  );
  const off = (await api.send('GET', preview)).json as { isOn: boolean; url: string; report: UsageReport };
  assert.deepEqual([off.isOn, off.url], [false, 'https://analytics.example/reports']);
  assert.deepEqual(off.report.names, { publicUrl: 'http://registry.example:8080', organizations: ['acme'] });

  await storeSettings(api.pool, { reportAnalytics: true, anonymizeAnalytics: true });
  const answer = await api.send('GET', preview);
  assert.equal(answer.status, 200);
  const { isOn, report } = answer.json as { isOn: boolean; report: UsageReport };
  assert.equal(isOn, true);
  const { installation, version, generatedAt, ...rest } = report;
  assert.match(installation, /^[0-9a-f-]{36}$/);
  assert.match(version, /^\d+\.\d+\.\d+/);
  assert.ok(Math.abs(Date.parse(String(generatedAt)) - Date.now()) < 60_000);
  assert.deepEqual(rest, {
    isAnonymous: true,
    totals: {
      users: 3,
      organizations: 1,
      teams: 0,
      repositories: 1,
      tags: 0,
      manifests: 0,
      blobs: 4,
      events: 3,
      jobs: 2,
      blobBytes: 10,
    },
    estimated: [],
    jobs: [{ action: 'sleep', status: 'done', count: 2, meanSeconds: 1.5 }],
  });
  for (const name of ['acme', 'secret-project', 'admin', 'ada', 'registry.example']) {
    assert.ok(!JSON.stringify(report).includes(name), `an anonymous report does not name ${name}`);
  }
  const again = (await api.send('GET', preview)).json as { report: UsageReport };
  assert.equal(again.report.installation, installation);
});

test('what is large is estimated, and said to be', async (t) => {
  const { pool } = await createTestDatabase(t);
  await pool.query(
    `INSERT INTO registry.blobs (digest, size_bytes, storage_key) SELECT 'sha256:' || i, 1000, 'key-' || i
     FROM generate_series(1, 60000) i`,
  );
  await pool.query('ANALYZE registry.blobs');
  const { totals, estimated } = await makeUsageReport(pool, { isAnonymous: true, publicUrl: '' });
  assert.deepEqual(estimated, ['blobs', 'blobBytes']);
  assert.ok(totals.blobs > 50_000 && totals.blobs < 70_000, String(totals.blobs));
  assert.equal(totals.blobBytes, totals.blobs * 1_000);
});
