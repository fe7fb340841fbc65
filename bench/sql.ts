// How long the statements take that API, registry, dispatcher, reconciler and garbage collection send all day, in a database with a
// million jobs, blobs and tags: `npm run bench:sql`. The limit beside each figure is the most that it may take.
import { parseArgs } from 'node:util';
import { openBenchDatabase } from './database.ts';
import { measureAdmission } from './sql/admission.ts';
import { fillEvents, measureEvents } from './sql/events.ts';
import { measureHistory } from './sql/history.ts';
import { createIndexUse } from './sql/index-use.ts';
import { measureJobChanges } from './sql/job-changes.ts';
import { fillJobs, measureJobs } from './sql/jobs.ts';
import { createMeasure } from './sql/measure.ts';
import { fillRegistry, measureRegistry } from './sql/registry.ts';

// In this order: the last ones change what the others measure.
const groups = {
  jobs: { fills: [fillJobs], run: measureJobs },
  events: { fills: [fillEvents], run: measureEvents },
  registry: { fills: [fillRegistry], run: measureRegistry },
  changes: { fills: [fillJobs], run: measureJobChanges },
  admission: { fills: [fillJobs], run: measureAdmission },
  history: { fills: [fillJobs, fillEvents], run: measureHistory },
} as const;
type GroupName = keyof typeof groups;
const groupNames = Object.keys(groups) as GroupName[];

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' }, only: { type: 'string', multiple: true, default: [] } },
});
const rowCount = Number(values.rows);
if (!Number.isSafeInteger(rowCount) || rowCount < 10_000) throw new Error('--rows takes a number from 10000 on');
for (const name of values.only) {
  if (!(name in groups)) throw new Error(`--only ${name}: there are ${groupNames.join(', ')}`);
}
const wanted = groupNames.filter((name) => values.only.length === 0 || values.only.includes(name));

await using cleanUp = new AsyncDisposableStack();
const pool = await openBenchDatabase(cleanUp);
await pool.query(`
  INSERT INTO accounts.accounts (name, created_at) VALUES ('admin', now() - interval '1 year');
  INSERT INTO registry.repositories (namespace, name, created_at)
    SELECT 'admin', 'app-' || i, now() - interval '1 year' FROM generate_series(1, 10000) i`);
await pool.query('VACUUM ANALYZE');

for (const fill of new Set(wanted.flatMap((name) => [...groups[name].fills]))) {
  const startedMs = performance.now();
  await fill(pool, rowCount);
  console.log(`${fill.name}: ${rowCount} rows, ${((performance.now() - startedMs) / 1_000).toFixed(0)} s`);
}
const measure = createMeasure(pool);
const indexUse = createIndexUse(pool);
for (const name of wanted) {
  console.log(`${name}:`);
  await groups[name].run(pool, measure, rowCount);
  await indexUse.note();
}
if (wanted.length === groupNames.length) indexUse.print();
