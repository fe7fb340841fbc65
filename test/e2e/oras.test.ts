import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { orasFor } from './client-tools.ts';
import { digestOf } from './client.ts';
import { startRegistryProcess } from './registry-process.ts';
import { temporaryFolder } from './tool.ts';

const type = 'application/vnd.acme.thing';

test('oras', { skip: missing('oras') }, async (t) => {
  const cleanUp = createCleanUp(t);
  const { url } = await createTestDatabase(cleanUp);
  const registry = await startRegistryProcess(cleanUp, url);
  const folder = await temporaryFolder(cleanUp);
  const oras = await orasFor(cleanUp, registry, folder);
  await writeFile(join(folder, 'a.txt'), 'content of a');
  const app = `${registry.host}/admin/thing`;
  const file = 'a.txt:text/plain';
  await t.test('pushes, pulls, copies, lists, indexes and deletes artifacts and blobs', async () => {
    const { stdout: pushed } = await oras('push', `${app}:1`, '--artifact-type', type, file);
    const digest = (await oras('resolve', `${app}:1`)).stdout.trim();
    assert.ok(pushed.includes(digest));
    const manifest = JSON.parse((await oras('manifest', 'fetch', `${app}:1`)).stdout) as { artifactType: string };
    assert.equal(manifest.artifactType, type);

    const output = join(folder, 'output');
    await oras('pull', '-o', output, `${app}@${digest}`);
    assert.equal(await readFile(join(output, 'a.txt'), 'utf8'), 'content of a');
    await oras('cp', `${app}:1`, `${app}-copy:x,y`);
    assert.deepEqual(linesOf(await oras('repo', 'tags', `${app}-copy`)), ['x', 'y']);
    assert.deepEqual(linesOf(await oras('repo', 'ls', registry.host)), ['admin/thing', 'admin/thing-copy']);
    await oras('manifest', 'index', 'create', `${app}-copy:index`, 'x');
    await oras('manifest', 'fetch', `${app}-copy:index`);

    await oras('tag', `${app}:1`, '2');
    await oras('manifest', 'delete', '--force', `${app}@${digest}`);
    await oras.fails('manifest', 'fetch', `${app}:2`);

    await oras('blob', 'push', app, 'a.txt');
    const blob = `${app}@${digestOf('content of a')}`;
    await oras('blob', 'fetch', '--output', join(folder, 'fetched'), blob);
    assert.equal(await readFile(join(folder, 'fetched'), 'utf8'), 'content of a');
    await oras('blob', 'delete', '--force', blob);
    await oras.fails('blob', 'fetch', '--output', join(folder, 'gone'), blob);
  });

  await t.test('attaches, discovers, copies with referrers, and no longer discovers what was deleted', async () => {
    const subject = `${app}-subject`;
    await oras('push', `${subject}:1`, '--artifact-type', type, file);
    const attach = async (kind: string): Promise<void> => {
      await oras('attach', '--artifact-type', kind, `${subject}:1`, file);
    };
    await attach('acme/sbom');
    await attach('acme/signature');
    const discover = async (reference: string, ...args: readonly string[]): Promise<Referrer[]> => {
      const { stdout } = await oras('discover', '--format', 'json', ...args, reference);
      return (JSON.parse(stdout) as { referrers?: Referrer[] }).referrers ?? [];
    };
    const typesOf = (referrers: readonly Referrer[]): string[] =>
      referrers.map(({ artifactType }) => artifactType).sort();
    assert.deepEqual(typesOf(await discover(`${subject}:1`)), ['acme/sbom', 'acme/signature']);
    const [sbom, ...others] = await discover(`${subject}:1`, '--artifact-type', 'acme/sbom');
    assert.equal(others.length, 0);

    await oras('cp', '-r', `${subject}:1`, `${app}-subject-copy:1`);
    assert.deepEqual(typesOf(await discover(`${app}-subject-copy:1`)), ['acme/sbom', 'acme/signature']);
    // The tag that stands in for the API where a registry lacks it is not made.
    assert.deepEqual(linesOf(await oras('repo', 'tags', `${app}-subject-copy`)), ['1']);

    await oras('manifest', 'delete', '--force', `${subject}@${sbom?.digest}`);
    assert.deepEqual(typesOf(await discover(`${subject}:1`)), ['acme/signature']);
  });
});

interface Referrer {
  readonly digest: string;
  readonly artifactType: string;
}

function linesOf({ stdout }: { stdout: string }): string[] {
  return stdout.trim().split('\n').sort();
}
