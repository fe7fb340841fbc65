import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run, type RunResult } from '../../local/process.ts';
import { missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { createClient, expectStatus } from './client.ts';
import { productEnv, startJobrunner, startProcess } from './jobrunner-process.ts';

const cwd = fileURLToPath(new URL('../../', import.meta.url));

test('SECRET_KEY is lost, as OPERATIONS.md has it', { skip: missing('temporal'), timeout: 300_000 }, async (t) => {
  const cleanUp = createCleanUp(t);
  const jobrunner = await startJobrunner(cleanUp);
  const { client, dataDir, baseUrl, password } = jobrunner;
  const digest = await client.pushImage('admin/app', '1.0');
  const root = await (await fetch(`${baseUrl}/auth/root.pem`)).text();
  const env = productEnv({ JOBRUNNER_DATA_DIR: dataDir });
  const reset = (): Promise<RunResult> => run('npm', ['run', '--silent', 'reset-secret-key'], { cwd, env });

  await t.test('while the program runs, it does nothing', async () => {
    const { code, stderr } = await reset();
    assert.equal(code, 1);
    assert.match(stderr, /^another process runs on the data folder .*: end it/);
    expectStatus(200, await client.registry('HEAD', `/admin/app/manifests/${digest}`));
  });

  await jobrunner.process.stop();
  await t.test('where the key fits, it changes nothing', async () => {
    const { code, stdout, stderr } = await reset();
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^The secret key fits this database: nothing was changed\.$/m);
  });

  const keyPath = join(dataDir, 'secrets', 'secret-key');
  const lost = await readFile(keyPath, 'utf8');
  await rm(keyPath);
  await t.test('a start says what is wrong, and what to do', async () => {
    const started = startProcess(cleanUp, process.execPath, ['local/main.ts'], {
      ...env,
      PORT: String(jobrunner.port),
    });
    assert.equal((await started.exited).code, 1);
    assert.match(started.output.stderr, /SECRET_KEY is not the one .*; if that is lost: npm run reset-secret-key/);
  });

  await t.test('after the command everything but old tokens is good', async () => {
    const { code, stdout, stderr } = await reset();
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^The keys that sign tokens are gone; the next start makes new ones\./m);
    await jobrunner.restart();
    assert.notEqual(await readFile(keyPath, 'utf8'), lost);
    const again = createClient(baseUrl, password);
    expectStatus(200, await again.registry('HEAD', `/admin/app/manifests/${digest}`));
    assert.notEqual(await (await fetch(`${baseUrl}/auth/root.pem`)).text(), root, 'a new root');
    assert.equal((await client.registry('HEAD', `/admin/app/manifests/${digest}`)).status, 401, 'an old token');
  });

  await t.test(
    'the help says what it does; a wrong option is refused, and so is a folder without a database',
    async () => {
      const command = (args: readonly string[], extra: Readonly<Record<string, string>> = {}): Promise<RunResult> =>
        run(process.execPath, ['local/reset-secret-key.ts', ...args], { cwd, env: { ...env, ...extra } });
      const help = await command(['--help']);
      assert.deepEqual([help.code, help.stderr], [0, '']);
      assert.match(help.stdout, /^Usage: npm run reset-secret-key$/m);
      assert.equal((await command(['--force'])).code, 2);
      const nowhere = await command([], { JOBRUNNER_DATA_DIR: join(dataDir, 'none') });
      assert.deepEqual([nowhere.code, nowhere.stdout], [1, '']);
      assert.match(
        nowhere.stderr,
        /^there is no database in the data folder .*none: set JOBRUNNER_DATA_DIR or DATABASE_URL/,
      );
    },
  );
});
