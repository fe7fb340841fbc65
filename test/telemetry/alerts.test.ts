import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run } from '../../local/process.ts';
import { createCollectionMetrics } from '../../telemetry/collection-metrics.ts';
import { createJobMetrics } from '../../telemetry/job-metrics.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { missing, toolPath } from '../setup/tools.ts';
import { createTestDatabase } from '../support/postgres.ts';

const rules = fileURLToPath(new URL('../../docs/alerts.yml', import.meta.url));

/** What each alert asks for: the name of a metric, and the labels that it must have. */
async function selectors(): Promise<{ readonly alert: string; readonly name: string; readonly labels: string[] }[]> {
  const text = await readFile(rules, 'utf8');
  return text
    .split(/^ {6}- alert: /m)
    .slice(1)
    .flatMap((rule) => {
      const [alert = ''] = rule.split('\n');
      const expression = rule.slice(rule.indexOf('expr:'), rule.indexOf('labels:'));
      const found = expression.matchAll(/\b((?:jobrunner|process|nodejs)_\w+)(?:\{([^}]*)\})?/g);
      return [...found].map(([, name = '', labels = '']) => ({
        alert,
        name,
        // Prometheus itself adds the job.
        labels: labels.split(',').filter((label) => label !== '' && !label.startsWith('job=')),
      }));
    });
}

test('every series that an alert asks for is there in the first scrape, before anything has happened', async (t) => {
  const { pool } = await createTestDatabase(t);
  const metrics = createMetrics(pool, 'http-1');
  const snapshots = [metrics.snapshot(), createJobMetrics().snapshot(), createCollectionMetrics().snapshot()];
  const { text } = await metrics.render(await Promise.all(snapshots));
  const asked = await selectors();
  assert.ok(new Set(asked.map(({ alert }) => alert)).size >= 11, 'the rules are read');
  for (const { alert, name, labels } of asked) {
    const series = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
    const fitting = series.filter((line) => labels.every((label) => line.includes(label)));
    assert.ok(fitting.length > 0, `${alert}: there is no ${name}{${labels.join()}}`);
  }
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
  assert.ok(lines < 400, `${lines} series before anything has happened`);
});

test('OPERATIONS.md has every alert, and no other', async () => {
  const page = await readFile(new URL('../../OPERATIONS.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/^\| `(Jobrunner\w+)`/gm)].map(([, name = '']) => name);
  const written = [...(await readFile(rules, 'utf8')).matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name);
  assert.deepEqual(listed.toSorted(), written.toSorted());
  const runbooks = [...(await readFile(rules, 'utf8')).matchAll(/runbook: OPERATIONS\.md#(\S+)/g)];
  const headings = new Set(
    [...page.matchAll(/^#+ (.+)$/gm)].map(([, text = '']) =>
      text
        .toLowerCase()
        .replaceAll(/[^a-z0-9 _-]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
  for (const [, anchor = ''] of runbooks) assert.ok(headings.has(anchor), anchor);
});

test('Prometheus takes the rules, and each alert fires by its cause alone', { skip: missing('promtool') }, async () => {
  const promtool = toolPath('promtool');
  const tests = fileURLToPath(new URL('alerts.promtool.yml', import.meta.url));
  for (const args of [
    ['check', 'rules', rules],
    ['test', 'rules', tests],
  ]) {
    const { code, stdout, stderr } = await run(promtool, args);
    assert.equal(code, 0, `${args.join(' ')}:\n${stdout}${stderr}`);
  }
});
