import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { lastProblem, openLogFile, readLog, rotateLogs, type LogLimits } from '../../local/log-file.ts';
import { createLogger } from '../../log/create-logger.ts';
import { eventually } from '../e2e/eventually.ts';
import { temporaryFolder } from './temporary-folder.ts';

const limits: LogLimits = { maxBytes: 64 * 1024, keptFiles: 4 };

function fail(error: Error): void {
  throw error;
}

async function bytesIn(folder: string): Promise<number> {
  // One may be renamed meanwhile.
  const size = (name: string): Promise<number> =>
    stat(join(folder, name)).then(
      (found) => found.size,
      () => 0,
    );
  const sizes = await Promise.all((await readdir(folder)).map(size));
  return sizes.reduce((sum, each) => sum + each, 0);
}

/** A program that appends numbered lines, some thousands a second, as a server under attack does. */
const writer = (name: string, count: number): string =>
  `i=0; while [ $i -lt ${count} ]; do i=$((i+1)); echo "${name} $i ${'x'.repeat(80)}"; [ $((i % 50)) = 0 ] && sleep 0.01; done`;

test('logs that several programs append to stay within bounds, and lose hardly a line', async (t) => {
  const dataDir = await temporaryFolder();
  const { path } = await openLogFile(dataDir, 'shared');
  const generous = { ...limits, keptFiles: 1_000 };
  const rotation = rotateLogs(dataDir, { limits: generous, intervalMs: 10, onError: fail });
  t.after(() => rotation.stop());
  const lines = 10_000;
  const programs = ['a', 'b', 'c'].map((name) => spawn('/bin/sh', ['-c', `{ ${writer(name, lines)}; } >> ${path}`]));
  await Promise.all(programs.map((program) => once(program, 'exit')));
  await delay(50);
  await rotation.stop();
  const folder = join(dataDir, 'logs');
  const files = await readdir(folder);
  assert.ok(files.length >= 4, `${files.length} files`);
  let found = 0;
  for (const file of files) {
    const text = await readFile(join(folder, file), 'utf8');
    found += [...text.matchAll(/^[abc] \d+ x{80}$/gm)].length;
  }
  const lost = programs.length * lines - found;
  t.diagnostic(`${lost} of ${programs.length * lines} lines lost, ${files.length - 1} times set aside`);
  assert.ok(lost >= 0 && lost <= (programs.length * lines) / 100, `${lost} lines lost`);
});

test('an attack on the log holds a bounded part of the disk', async (t) => {
  const dataDir = await temporaryFolder();
  const { path } = await openLogFile(dataDir, 'jobrunner');
  const folder = join(dataDir, 'logs');
  const rotation = rotateLogs(dataDir, { limits, intervalMs: 5, onError: fail });
  t.after(() => rotation.stop());
  const log = createLogger({ level: 'info', path });
  let most = 0;
  let written = 0;
  for (let round = 0; round < 300; round++) {
    for (let index = 0; index < 50; index++) log.error({ url: `/${'x'.repeat(15_000)}`, index }, 'request failed');
    written += 50 * 300;
    most = Math.max(most, await bytesIn(folder));
    await delay(1);
  }
  await rotation.stop();
  t.diagnostic(`${most} bytes at the most, of some ${written} that were written`);
  assert.ok(written > 10 * limits.maxBytes);
  // The log itself, four former ones, the copy that is being made, and what comes in between two looks.
  assert.ok(most < 10 * limits.maxBytes, `${most} bytes`);
  assert.deepEqual((await readdir(folder)).sort(), [
    'jobrunner.log',
    ...[1, 2, 3, 4].map((number) => `jobrunner.log.${number}`),
  ]);
});

test('a run is read from where it began, or from the beginning of a log that was set aside since', async () => {
  const dataDir = await temporaryFolder();
  const { path } = await openLogFile(dataDir, 'server');
  await appendFile(path, 'ERROR: of the run before\n');
  const log = await openLogFile(dataDir, 'server');
  await appendFile(path, 'FATAL: of this run\nbye\n');
  assert.equal(await lastProblem(log), 'FATAL: of this run');
  await writeFile(path, 'late\n');
  assert.equal((await readLog(log)).toString(), 'late\n');
  assert.equal(await lastProblem(log), 'late');
});

test("what a rotation that was killed has left behind is in nobody's way", async (t) => {
  const dataDir = await temporaryFolder();
  const { path } = await openLogFile(dataDir, 'server');
  await writeFile(`${path}.new`, 'half of a copy');
  await appendFile(path, `${'line\n'.repeat(20_000)}last\n`);
  const rotation = rotateLogs(dataDir, { limits, intervalMs: 5, onError: fail });
  t.after(() => rotation.stop());
  await eventually('the log to be set aside', async () => (await stat(path)).size === 0);
  await rotation.stop();
  assert.match(await readFile(`${path}.1`, 'utf8'), /^line\n[^]*\nlast\n$/);
});
