import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { countStatements } from '../support/statements.ts';
import {
  imageType,
  indexType,
  pushImage,
  pushLayers,
  sha256,
  startRegistry,
  type TestRegistry,
} from './test-registry.ts';

const many = 20;

async function put(registry: TestRegistry, manifest: string, type: string, query = ''): Promise<number> {
  return countStatements(async () => {
    const response = await registry.send('PUT', `/v2/acme/app/manifests/${sha256(manifest)}${query}`, {
      body: manifest,
      headers: { 'Content-Type': type },
    });
    assert.equal(response.status, 201, response.message);
  });
}

test('a manifest is as many statements with many layers, children or tags as with few', async (t) => {
  const registry = await startRegistry(t);
  const image = async (layers: number): Promise<string> => {
    const bytes = Array.from({ length: layers }, () => randomBytes(10));
    return (await pushLayers(registry, 'acme/app', bytes)).manifest;
  };
  await put(registry, await image(1), imageType);
  assert.equal(await put(registry, await image(many), imageType), await put(registry, await image(1), imageType));

  const children: object[] = [];
  for (let index = 0; index < many; index++) {
    const { digest, manifest } = await pushImage(registry, 'acme/app', `child-${index}`);
    children.push({ mediaType: imageType, digest, size: manifest.length });
  }
  const indexOf = (count: number): string =>
    JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: children.slice(0, count) });
  assert.equal(await put(registry, indexOf(many), indexType), await put(registry, indexOf(1), indexType));

  const tags = (prefix: string, count: number): string => {
    const pairs = Array.from({ length: count }, (_, n): [string, string] => ['tag', `${prefix}${n}`]);
    return `?${new URLSearchParams(pairs).toString()}`;
  };
  const one = await put(registry, await image(1), imageType, tags('few', 1));
  assert.equal(await put(registry, await image(1), imageType, tags('many', 10)), one);
});
