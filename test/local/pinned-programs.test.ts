import assert from 'node:assert/strict';
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { parseGoProgram } from '../../local/go-module.ts';
import { findPinnedTemporal, findTemporalBinary, pinnedVersion } from '../../local/temporal-binary.ts';
import { findTool, goModules, missing, toolPath } from '../setup/tools.ts';
import { temporaryFolder } from './temporary-folder.ts';

type Pinned = keyof typeof goModules;
const names = Object.keys(goModules) as Pinned[];

/** A folder that comes first on the path of this process for the test, and an empty cache. */
async function firstOnPath(t: TestContext, { emptyCache }: { emptyCache: boolean }): Promise<string> {
  const before = { ...process.env };
  t.after(() => {
    for (const name of ['PATH', 'XDG_CACHE_HOME']) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });
  const folder = await temporaryFolder();
  process.env['PATH'] = `${folder}${delimiter}${process.env['PATH']}`;
  if (emptyCache) process.env['XDG_CACHE_HOME'] = await temporaryFolder();
  return folder;
}

async function writeProgram(folder: string, name: string, says: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\necho '${says}'\n`, { mode: 0o755 });
  return path;
}

test('a tool of another version on the path is passed over', async (t) => {
  const folder = await firstOnPath(t, { emptyCache: false });
  for (const name of names) await writeProgram(folder, name, `${name} version v0.0.1`);
  await writeProgram(folder, 'temporal', 'temporal version 1.6.0 (Server 1.30.0, UI 2.50.0)');
  for (const name of [...names, 'temporal'] as const) {
    assert.notEqual(findTool(name), join(folder, name), name);
  }
  assert.notEqual(await findPinnedTemporal(), 'temporal');
});

test('the cache comes before the path, and names the version', { skip: missing('crane', 'temporal') }, async () => {
  for (const name of ['crane', 'temporal'] as const) assert.match(toolPath(name), new RegExp(`/${name}-\\d[\\d.]+$`));
  assert.match((await findTemporalBinary()) ?? '', /\/temporal-\d[\d.]+$/);
});

test('what an earlier pin left in the cache is not taken', async (t) => {
  await firstOnPath(t, { emptyCache: true });
  const bin = join(process.env['XDG_CACHE_HOME'] ?? '', 'jobrunner', 'bin');
  await mkdir(bin, { recursive: true });
  for (const name of names) {
    const stale = [join(bin, name), join(bin, `${name}-0.0.1`)];
    for (const path of stale) await writeFile(path, '#!/bin/sh\n', { mode: 0o755 });
    assert.ok(!stale.includes(findTool(name) ?? ''), name);
    const pinned = join(bin, parseGoProgram(goModules[name]).cachedName);
    await writeFile(pinned, '#!/bin/sh\n', { mode: 0o755 });
    assert.equal(findTool(name), pinned);
  }
});

test('a tool on the path is taken where it is the pinned one', { skip: missing('crane', 'temporal') }, async (t) => {
  const pinned = { crane: toolPath('crane'), temporal: toolPath('temporal') };
  const folder = await firstOnPath(t, { emptyCache: true });
  for (const name of ['crane', 'temporal'] as const) {
    await copyFile(pinned[name], join(folder, name));
    await chmod(join(folder, name), 0o755);
    assert.equal(findTool(name), join(folder, name));
  }
});

test(`only ${pinnedVersion} is the pinned Temporal; others will do where there is none`, async (t) => {
  const folder = await firstOnPath(t, { emptyCache: true });
  await writeProgram(folder, 'temporal', 'temporal version 1.6.0 (Server 1.30.0, UI 2.50.0)');
  assert.equal(await findPinnedTemporal(), undefined);
  assert.equal(await findTemporalBinary(), 'temporal');
});

for (const [module, cachedName] of [
  ['github.com/google/go-containerregistry/cmd/crane@v0.20.6', 'crane-0.20.6'],
  ['github.com/distribution/distribution/v3/cmd/registry@v3.1.2', 'registry-3.1.2'],
  ['example.com/tool/v2@v2.0.0-rc.1', 'tool-2.0.0-rc.1'],
] as const) {
  test(`${module} is kept as ${cachedName}`, () => {
    assert.equal(parseGoProgram(module).cachedName, cachedName);
  });
}
