// Runs the tests on one PostgreSQL server: `node test/run.ts [FILE or pattern]…`, all of them by default.
import { globSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { endLeftoverNginx } from '../local/nginx.ts';
import { endLeftoverTemporal } from '../local/temporal.ts';
import { startTestPostgres } from './support/postgres.ts';

const testTimeoutMs = 10 * 60_000;
// Files here start servers and take minutes. Begun last, one of them would run on alone.
const longFolders = ['test/e2e/', 'test/soak/', 'test/security/', 'test/workflows/'];

const patterns = process.argv.slice(2);
const files = findFiles(patterns.length > 0 ? patterns : ['test/**/*.test.ts']);
// What tests leave behind, when they are interrupted, is all in this folder.
const folder = await mkdtemp(join(tmpdir(), 'jobrunner-test-run-'));
await chmod(folder, 0o711);
// Hundreds of processes load the same modules; some of them as users of their own.
const compiled = join(folder, 'compiled');
await mkdir(compiled);
await chmod(compiled, 0o1777);
const postgres = await startTestPostgres();

const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interrupted.abort());
let hasFailed = false;
const events = run({
  files,
  concurrency: availableParallelism(),
  timeout: testTimeoutMs,
  signal: interrupted.signal,
  env: {
    ...process.env,
    TEST_POSTGRES_URL: postgres.url,
    TEST_RUN_FOLDER: folder,
    TMPDIR: folder,
    NODE_COMPILE_CACHE: compiled,
  },
});
// The summary of each file, and, without a file, of all.
events.on('test:summary', ({ success }) => (hasFailed ||= !success));
await pipeline(events, spec(), process.stdout, { end: false });

for (const entry of await readdir(folder)) {
  await endLeftoverNginx(join(folder, entry));
  await endLeftoverTemporal(join(folder, entry, 'temporal'));
}
await postgres.stop();
await rm(folder, { recursive: true, force: true, maxRetries: 5 });
process.exit(hasFailed || interrupted.signal.aborted ? 1 : 0);

/** @throws Error where a pattern means no file: a run of nothing would pass */
function findFiles(wanted: readonly string[]): string[] {
  const found = new Set<string>();
  for (const pattern of wanted) {
    const matches = globSync(pattern);
    if (matches.length === 0) throw new Error(`no test file is ${pattern}`);
    for (const match of matches) found.add(match);
  }
  return [...found].toSorted((a, b) => Number(isLong(b)) - Number(isLong(a)) || a.localeCompare(b, 'en'));
}

function isLong(file: string): boolean {
  return longFolders.some((prefix) => file.startsWith(prefix));
}
