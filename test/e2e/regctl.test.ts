import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { baseImagePath, missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { regctlFor } from './client-tools.ts';
import { copyLayerAsImage } from './oci-image.ts';
import { startRegistryProcess } from './registry-process.ts';
import { temporaryFolder } from './tool.ts';

test('regctl', { skip: missing('regctl', 'base-image') }, async (t) => {
  const cleanUp = createCleanUp(t);
  const { url } = await createTestDatabase(cleanUp);
  const registry = await startRegistryProcess(cleanUp, url);
  const regctl = await regctlFor(cleanUp, registry);
  const image = await copyLayerAsImage(baseImagePath(), await temporaryFolder(cleanUp), 1);
  const folder = await temporaryFolder(cleanUp);
  const app = `${registry.host}/admin/app`;
  const print = async (...args: readonly string[]): Promise<string> => (await regctl(...args)).stdout.trim();
  const linesOf = (text: string): string[] => text.split('\n').sort();

  await t.test('pushes, pulls, copies, changes, indexes, lists and deletes images and blobs', async () => {
    await regctl('image', 'copy', `ocidir://${image.path}:latest`, `${app}:1`);
    assert.equal(await print('image', 'digest', `${app}:1`), image.digest);
    const archive = join(folder, 'image.tar');
    await regctl('image', 'export', `${app}:1`, archive);
    await regctl('image', 'import', `${app}-import:1`, archive);
    assert.equal(await print('image', 'digest', `${app}-import:1`), image.digest);
    await regctl('image', 'copy', `${app}:1`, `${app}-copy:1`);
    assert.deepEqual(linesOf(await print('repo', 'ls', registry.host)), [
      'admin/app',
      'admin/app-copy',
      'admin/app-import',
    ]);

    await regctl('image', 'mod', `${app}:1`, '--create', '2', '--annotation', 'made=by-a-test');
    await regctl('index', 'create', `${app}:index`, '--ref', `${app}:1`, '--ref', `${app}:2`);
    assert.deepEqual(linesOf(await print('tag', 'ls', app)), ['1', '2', 'index']);
    await regctl('tag', 'rm', `${app}:2`);
    await regctl('manifest', 'delete', `${app}@${await print('image', 'digest', `${app}:index`)}`);
    assert.deepEqual(linesOf(await print('tag', 'ls', app)), ['1']);

    const digest = image.layers[0]?.digest ?? '';
    await regctl.fails('blob', 'delete', app, digest);
    await regctl('blob', 'head', app, digest);
    await regctl('manifest', 'delete', `${app}@${image.digest}`);
    // The image that was made of it shares its layer.
    await regctl.fails('blob', 'delete', app, digest);
  });

  await t.test('puts artifacts that refer to an image, lists them, and copies them along', async () => {
    const subject = `${registry.host}/admin/subject:1`;
    await regctl('image', 'copy', `ocidir://${image.path}:latest`, subject);
    const file = join(folder, 'sbom.json');
    await writeFile(file, '{}');
    for (const type of ['acme/sbom', 'acme/signature']) {
      await regctl('artifact', 'put', '--artifact-type', type, '--subject', subject, '--file', file);
    }
    const typesOf = async (reference: string, ...args: readonly string[]): Promise<string[]> => {
      const text = await print('artifact', 'list', reference, ...args, '--format', '{{json .Descriptors}}');
      return (JSON.parse(text) as { artifactType: string }[]).map(({ artifactType }) => artifactType).sort();
    };
    assert.deepEqual(await typesOf(subject), ['acme/sbom', 'acme/signature']);
    assert.deepEqual(await typesOf(subject, '--filter-artifact-type', 'acme/sbom'), ['acme/sbom']);
    const copy = `${registry.host}/admin/subject-copy:1`;
    await regctl('image', 'copy', '--referrers', subject, copy);
    assert.deepEqual(await typesOf(copy), ['acme/sbom', 'acme/signature']);
    // The tag that stands in for the API where a registry lacks it is not made.
    assert.equal(await print('tag', 'ls', `${registry.host}/admin/subject-copy`), '1');
  });
});
