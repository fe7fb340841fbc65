import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

test('every row of docs/openid.md is a test, and every such test is a row', async () => {
  const page = await readFile(join(root, 'docs/openid.md'), 'utf8');
  const rows = page.split('\n').filter((line) => /^\| (?!chapter|-)/.test(line));
  const promised = rows.map((row) => row.split('|').at(-2)?.trim() ?? '');
  const tests: string[] = [];
  for await (const path of glob('test/accounts/sign-in/openid-*.test.ts', { cwd: root })) {
    const text = await readFile(join(root, path), 'utf8');
    for (const [, name = ''] of text.matchAll(/^test\(\s*'([^']+)'/gm)) tests.push(name);
  }
  assert.ok(promised.length > 25);
  assert.deepEqual(promised.toSorted(), tests.toSorted());
});
