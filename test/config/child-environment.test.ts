import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import {
  childEnvironment,
  goEnvironment,
  httpProcessEnvironment,
  installerEnvironment,
} from '../../config/child-environment.ts';
import { variables } from '../../config/variables.ts';
import { run } from '../../local/process.ts';

const root = path.join(import.meta.dirname, '../..');
const canary = 'canary-of-the-test';

test('programs that are started are not given what this process was', async (t) => {
  const names = [...Object.keys(variables), 'GITHUB_TOKEN', 'PGPASSWORD', 'VAULT_TOKEN'];
  const before = { ...process.env };
  t.after(() => {
    for (const name of [...names, 'GOPROXY', 'AWS_SECRET_ACCESS_KEY', 'NODE_UNIQUE_ID']) delete process.env[name];
    Object.assign(process.env, before);
  });
  for (const name of names) process.env[name] = canary;
  Object.assign(process.env, { GOPROXY: 'http://proxy.example', AWS_SECRET_ACCESS_KEY: 'key', NODE_UNIQUE_ID: '7' });
  for (const env of [childEnvironment(), goEnvironment(), installerEnvironment(), httpProcessEnvironment({})]) {
    assert.ok(!Object.values(env).includes(canary), JSON.stringify(env));
    assert.equal(env['PATH'], process.env['PATH']);
  }
  for (const env of [childEnvironment(), goEnvironment()]) assert.equal(env['GOPROXY'], undefined);
  for (const env of [childEnvironment(), goEnvironment(), installerEnvironment()]) {
    assert.equal(env['AWS_SECRET_ACCESS_KEY'], undefined);
  }
  // node:cluster gives what is not named at all.
  assert.deepEqual(
    names.filter((name) => !(name in httpProcessEnvironment({}))),
    [],
  );
  assert.equal(httpProcessEnvironment({})['AWS_SECRET_ACCESS_KEY'], 'key');
  assert.equal(httpProcessEnvironment({})['NODE_UNIQUE_ID'], undefined);
  assert.equal(installerEnvironment({ GOBIN: '/bin' })['GOPROXY'], 'http://proxy.example');
  assert.ok(!(await run('env', [])).stdout.includes(canary), 'by default');
});

test('whoever starts a process says with which environment', async () => {
  const found: string[] = [];
  for await (const file of glob(
    '{accounts,activities,api,config,database,events,jobs,local,nginx,outbound,registry,server,settings,workers}/**/*.ts',
    { cwd: root },
  )) {
    const text = await readFile(path.join(root, file), 'utf8');
    for (const [call, name] of text.matchAll(
      /\b(spawn|spawnSync|exec|execFile|execFileSync|execSync|fork)\([^;]*?\)/gs,
    )) {
      // Of regular expressions and databases.
      if (/^exec$/.test(name ?? '') && !/\bfrom 'node:child_process'/.test(text)) continue;
      if (/env(?::|,| )|Environment\(/.test(call) && !call.includes('process.env')) continue;
      found.push(`${file}: ${call.slice(0, 80)}`);
    }
  }
  assert.deepEqual(found, []);
});
