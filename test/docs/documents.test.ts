import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';

const root = path.join(import.meta.dirname, '../..');

test('every promise of docs/security.md names tests that are there', async () => {
  const page = await readFile(path.join(root, 'docs/security.md'), 'utf8');
  const [, table = ''] = /## What is promised[^\n]*\n([\s\S]*?)\n## /.exec(page) ?? [];
  const rows = table
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| promise') && !line.startsWith('| --'));
  assert.ok(rows.length > 15, `${rows.length} promises`);
  for (const row of rows) {
    const files = [...row.matchAll(/`(test\/[^`]+\.ts)`/g)].map(([, file = '']) => file);
    assert.ok(files.length > 0, row);
    for (const file of files) assert.ok(existsSync(path.join(root, file)), `${file} is not there: ${row}`);
  }
});

test('every test of an attack is named in docs/security.md, or in the table of published faults', async () => {
  const page = await readFile(path.join(root, 'docs/security.md'), 'utf8');
  const unnamed: string[] = [];
  for await (const file of glob('test/security/*.test.ts', { cwd: root })) {
    const text = await readFile(path.join(root, file), 'utf8');
    if (!page.includes(`\`${file}\``) && !text.includes('attackOf(') && !text.includes('cve-table')) unnamed.push(file);
  }
  assert.deepEqual(unnamed, []);
});

test('links between documents lead to what is there', async () => {
  const broken: string[] = [];
  for await (const file of glob(['*.md', 'docs/*.md', 'bench/**/*.md', 'test/soak/*.md'], { cwd: root })) {
    const text = await readFile(path.join(root, file), 'utf8');
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [name = '', anchor] = target.split('#');
      const found = name === '' ? path.join(root, file) : path.join(root, path.dirname(file), name);
      if (!existsSync(found)) broken.push(`${file}: ${target}`);
      else if (anchor !== undefined && found.endsWith('.md') && !(await anchorsOf(found)).has(anchor))
        broken.push(`${file}: ${target}`);
    }
  }
  assert.deepEqual(broken, []);
});

/** What headings of a page are called in links, as GitHub makes them. */
async function anchorsOf(page: string): Promise<Set<string>> {
  const headings = (await readFile(page, 'utf8')).matchAll(/^#+ (.+)$/gm);
  return new Set(
    [...headings].map(([, text = '']) =>
      text
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  );
}
