import { createConfig, lintFromString } from '@redocly/openapi-core';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { generateTypes } from '../../client/generate.ts';
import { openApiDocument } from '../../api/description.ts';

test('the description of the API is valid, and follows the rules that Redocly recommends', async () => {
  const source = JSON.stringify(await openApiDocument());
  const config = await createConfig({
    extends: ['recommended'],
    rules: {
      // Errors are described once, as the answer of any other status.
      'operation-4xx-response': 'off',
      // Addresses of a registry are those of whoever runs it.
      'no-server-example.com': 'off',
    },
  });
  const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config });
  const shown = problems.map(
    ({ ruleId, message, location: [place] }) => `${ruleId} ${message} at ${String(place?.pointer)}`,
  );
  assert.deepEqual(shown, []);
});

test('client/schema.ts is what the API says of itself', async () => {
  const stored = await readFile(new URL('../../client/schema.ts', import.meta.url), 'utf8');
  const made = await generateTypes(await openApiDocument());
  assert.ok(stored === made, 'it is not current: run npm run docs');
});
