// Runs the tests on one PostgreSQL server: `node test/run.ts [FILE or pattern]…`, all of them by default.
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endLeftoverNginx } from '../local/nginx.ts';
import { endLeftoverTemporal } from '../local/temporal.ts';
import { startTestPostgres } from './support/postgres.ts';

const testTimeoutMs = 10 * 60_000;
const patterns = process.argv.slice(2);

let isStopped = false;
// What tests leave behind, when they are interrupted, is all in this folder.
const folder = await mkdtemp(join(tmpdir(), 'jobrunner-test-run-'));
await chmod(folder, 0o711);
const postgres = await startTestPostgres();
const child = spawn(
  process.execPath,
  [
    '--test',
    '--test-reporter=spec',
    `--test-timeout=${testTimeoutMs}`,
    ...(patterns.length > 0 ? patterns : ['test/**/*.test.ts']),
  ],
  { stdio: 'inherit', env: { ...process.env, TEST_POSTGRES_URL: postgres.url, TMPDIR: folder } },
);
// The terminal tells the tests as well; others tell only this process.
process.on('SIGINT', () => {
  isStopped = true;
});
process.on('SIGTERM', () => child.kill('SIGTERM'));
const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));

for (const entry of await readdir(folder)) {
  await endLeftoverNginx(join(folder, entry));
  await endLeftoverTemporal(join(folder, entry, 'temporal'));
}
await postgres.stop();
await rm(folder, { recursive: true, force: true });
process.exit(isStopped ? 1 : (code ?? 1));
