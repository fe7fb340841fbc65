import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadOrCreateSecret, openDataFolder, ownPaths } from '../../local/data-folder.ts';
import { StartError } from '../../local/start-error.ts';
import { temporaryFolder } from './temporary-folder.ts';

const holder = fileURLToPath(new URL('./hold-data-folder.ts', import.meta.url));

test('a data folder is for one process at a time', async () => {
  const path = join(await temporaryFolder(), 'a', 'b');
  const folder = await openDataFolder(path);
  await assert.rejects(openDataFolder(path), {
    name: 'StartError',
    message: `another process runs on the data folder ${path}: end it, or set JOBRUNNER_DATA_DIR to another folder`,
  });
  folder.release();
  (await openDataFolder(path)).release();
});

test('a process that is killed frees its data folder', async () => {
  const path = await temporaryFolder();
  const child = fork(holder, [path]);
  await once(child, 'message');
  await assert.rejects(openDataFolder(path), StartError);
  child.kill('SIGKILL');
  await once(child, 'exit');
  (await openDataFolder(path)).release();
});

test('a data folder that cannot be is refused in one line that says what to do', async () => {
  const parent = await temporaryFolder();
  await writeFile(join(parent, 'file'), '');
  const path = join(parent, 'file', 'data');
  await assert.rejects(openDataFolder(path), {
    name: 'StartError',
    message: `the data folder ${path} cannot be written (ENOTDIR): set JOBRUNNER_DATA_DIR to a folder that can`,
  });
});

test('a data folder is closed to others, with what an earlier version or a restore has put into it', async () => {
  const path = await temporaryFolder();
  await chmod(path, 0o755);
  for (const part of ['logs', 'temporal', 'blobs']) await mkdir(join(path, part), { mode: 0o755 });
  await writeFile(join(path, 'logs', 'jobrunner.log'), '', { mode: 0o644 });
  (await openDataFolder(path)).release();
  for (const part of ['', 'logs', 'temporal', 'blobs', 'logs/jobrunner.log', 'lock']) {
    assert.equal((await stat(join(path, part))).mode & 0o077, 0, part);
  }
});

test('of a folder that others use too, only what is in ours is closed', async () => {
  const path = await temporaryFolder();
  await chmod(path, 0o755);
  await writeFile(join(path, 'of-others'), '', { mode: 0o644 });
  const elsewhere = await temporaryFolder();
  await chmod(elsewhere, 0o755);
  await symlink(elsewhere, join(path, 'blobs'));
  (await openDataFolder(path)).release();
  assert.equal((await stat(path)).mode & 0o777, 0o755);
  assert.equal((await stat(join(path, 'of-others'))).mode & 0o777, 0o644);
  assert.equal((await stat(elsewhere)).mode & 0o777, 0o700);
  assert.deepEqual((await ownPaths(path)).toSorted(), [elsewhere, join(path, 'lock')].toSorted());
});

test('a secret is made once, for this user alone', async () => {
  const path = await temporaryFolder();
  const secrets = await Promise.all([1, 2, 3, 4].map(() => loadOrCreateSecret(path, 'key', 32)));
  assert.match(secrets[0] ?? '', /^[0-9a-f]{64}$/);
  assert.equal(new Set(secrets).size, 1);
  assert.equal((await stat(join(path, 'secrets'))).mode & 0o777, 0o700);
  assert.equal((await stat(join(path, 'secrets', 'key'))).mode & 0o777, 0o600);
});

test('a secret that was damaged is not replaced', async () => {
  const path = await temporaryFolder();
  await mkdir(join(path, 'secrets'));
  await writeFile(join(path, 'secrets', 'key'), 'cafe\n');
  await assert.rejects(loadOrCreateSecret(path, 'key', 32), {
    name: 'StartError',
    message: `the secret ${path}/secrets/key is not 64 hex digits: restore it from a backup`,
  });
});
