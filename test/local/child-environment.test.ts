import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { childEnvironment, installerEnvironment } from '../../local/child-environment.ts';
import { variables } from '../../config/variables.ts';
import { run } from '../../local/process.ts';

const root = path.join(import.meta.dirname, '../..');
const canary = 'canary-of-the-test';

// A process that is started with the environment of this one, and why it may.
const inheriting: Readonly<Record<string, string>> = {
  'server/http-process.ts': 'the same program and user; local/main.ts has taken the secrets out of it',
};

test('programs that are started are not given what this process was', async (t) => {
  const names = [...Object.keys(variables), 'AWS_SECRET_ACCESS_KEY', 'GITHUB_TOKEN', 'PGPASSWORD'];
  const before = { ...process.env };
  t.after(() => {
    for (const name of [...names, 'GOPROXY']) delete process.env[name];
    Object.assign(process.env, before);
  });
  for (const name of names) process.env[name] = canary;
  process.env['GOPROXY'] = 'http://proxy.example';
  for (const env of [childEnvironment(), installerEnvironment()]) {
    assert.ok(!Object.values(env).includes(canary), JSON.stringify(env));
    assert.equal(env['PATH'], process.env['PATH']);
  }
  assert.equal(childEnvironment()['GOPROXY'], undefined);
  assert.equal(installerEnvironment({ GOBIN: '/bin' })['GOPROXY'], 'http://proxy.example');
  assert.ok(!(await run('env', [])).stdout.includes(canary), 'by default');
});

test('whoever starts a process says with which environment', async () => {
  const found: string[] = [];
  for await (const file of glob(
    '{activities,api,config,database,directory,jobs,local,nginx,outbound,registry,server,workers}/**/*.ts',
    { cwd: root },
  )) {
    const text = await readFile(path.join(root, file), 'utf8');
    for (const [call, name] of text.matchAll(
      /\b(spawn|spawnSync|exec|execFile|execFileSync|execSync|fork)\([^;]*?\)/gs,
    )) {
      // Of regular expressions and databases.
      if (/^exec$/.test(name ?? '') && !/\bfrom 'node:child_process'/.test(text)) continue;
      if (/env(?::|,| )/.test(call) && !call.includes('env: process.env')) continue;
      if (inheriting[file] === undefined) found.push(`${file}: ${call.slice(0, 80)}`);
    }
  }
  assert.deepEqual(found, []);
});
