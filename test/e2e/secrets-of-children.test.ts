import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { startJobrunner } from './jobrunner-process.ts';

const isRoot = process.getuid?.() === 0;
const skip = process.platform === 'linux' ? missing('temporal', 'nginx') : 'it looks into /proc';

/** A process and all that it has started, and these in turn. */
async function processTree(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const children = await Promise.all(text.split(' ').filter(Boolean).map(Number).map(processTree));
  return [pid, ...children.flat()];
}

async function statusOf(pid: number): Promise<{ readonly name: string; readonly uid: number }> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): string => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(text)?.[1] ?? '';
  return { name: field('Name'), uid: Number(field('Uid')) };
}

test('what the program is told remains with it, and nobody else reads its files', { skip }, async (t) => {
  const secretKey = randomBytes(32).toString('hex');
  const oidcSecret = randomBytes(16).toString('hex');
  const jobrunner = await startJobrunner(createCleanUp(t), {
    env: {
      SECRET_KEY: secretKey,
      OIDC_ISSUER: 'https://id.example.com',
      OIDC_CLIENT_ID: 'jobrunner',
      OIDC_CLIENT_SECRET: oidcSecret,
    },
    args: ['--nginx'],
  });
  const main = jobrunner.process.pid;
  const postgres = Number.parseInt(
    await readFile(path.join(jobrunner.dataDir, 'postgres', 'postmaster.pid'), 'utf8'),
    10,
  );
  const pids = [...(await processTree(main)), ...(await processTree(postgres))];
  const names = await Promise.all(pids.map(async (pid) => (await statusOf(pid)).name));
  for (const name of ['temporal', 'postgres', 'nginx'])
    assert.ok(
      names.some((each) => each.startsWith(name)),
      `${name} of ${names.join()}`,
    );

  await t.test('no server and no child has its secrets', async () => {
    for (const pid of pids.filter((each) => each !== main)) {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      for (const secret of [secretKey, oidcSecret, jobrunner.password]) {
        assert.ok(!environment.includes(secret), `process ${pid} (${(await statusOf(pid)).name}) has a secret`);
      }
    }
  });

  await t.test('started as root, nothing stays root', { skip: !isRoot && 'it is not root' }, async () => {
    for (const pid of pids) {
      const { name, uid } = await statusOf(pid).catch(() => ({ name: 'ended', uid: -1 }));
      assert.notEqual(uid, 0, name);
    }
    const { client } = jobrunner;
    const digest = await client.pushImage('admin/app', 'latest');
    assert.equal((await client.registry('GET', `/admin/app/manifests/${digest}`)).status, 200);
  });

  await t.test('nobody else may read data, logs and databases', async () => {
    const { mode } = await stat(jobrunner.dataDir);
    assert.equal(mode & 0o777, 0o700);
    for (const part of ['logs', 'temporal', 'secrets', 'postgres']) {
      const folder = path.join(jobrunner.dataDir, part);
      for (const name of ['.', ...(await readdir(folder))]) {
        const found = await stat(path.join(folder, name)).catch(() => undefined);
        if (found) assert.equal(found.mode & 0o077, 0, `${part}/${name} is ${(found.mode & 0o777).toString(8)}`);
      }
    }
  });
});
