import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { actionsPage } from '../../docs/actions-page.ts';
import { configurationPage } from '../../docs/configuration-page.ts';
import { markdownTable } from '../../docs/markdown-table.ts';
import { generatedPages } from '../../docs/pages.ts';
import { findAction } from '../../jobs/actions/catalogue.ts';

const pages = await generatedPages();
assert.deepEqual([...pages.keys()], ['actions.md', 'configuration.md', 'limits.md', 'metrics.md']);

for (const [name, page] of pages) {
  test(`docs/${name} says what the program says`, async () => {
    const written = await readFile(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
    assert.equal(written, page, 'it is not current: run npm run docs');
  });
}

test('the page of actions has what is not said of every action where it is said', () => {
  const sleep = findAction('sleep');
  assert.ok(sleep);
  const page = actionsPage([
    { ...sleep, aliases: ['nap'], capacityMap: { scan: 2 }, deadline: '1h', stopTimeout: '5s' },
  ]);
  for (const part of ['Also called: `nap`', 'Capacity: 2 of `scan`', 'Deadline: 1h', 'Stop timeout: 5s']) {
    assert.ok(page.includes(part), part);
  }
});

test('the page of configuration says which variables may be files, and their defaults', () => {
  const variable = { description: 'what it is for', parse: (text: string) => text };
  const page = configurationPage({
    PLAIN: { ...variable, defaultText: '8080', isSecret: false },
    HIDDEN: { ...variable, defaultText: undefined, isSecret: true },
  });
  assert.match(page, /^\| `PLAIN` +\| `8080` +\| what it is for \|$/m);
  assert.match(page, /^\| `HIDDEN`, `HIDDEN_FILE` \| +\| what it is for \|$/m);
});

test('a bar in a cell does not end it', () => {
  assert.equal(markdownTable([['a'], ['b|c']]), '| a    |\n| ---- |\n| b\\|c |');
});
