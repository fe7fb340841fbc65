import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { actionsPage } from '../../docs/actions-page.ts';
import { actions, findAction } from '../../jobs/actions/catalogue.ts';

test('docs/actions.md says what the catalogue says', async () => {
  const page = await readFile(new URL('../../docs/actions.md', import.meta.url), 'utf8');
  assert.equal(page, actionsPage(actions), 'it is not current: run npm run docs');
});

test('the page has what is not said of every action where it is said', () => {
  const sleep = findAction('sleep');
  assert.ok(sleep);
  const page = actionsPage([
    { ...sleep, aliases: ['nap'], capacityMap: { scan: 2 }, deadline: '1h', stopTimeout: '5s' },
  ]);
  for (const part of ['Also called: `nap`', 'Capacity: 2 of `scan`', 'Deadline: 1h', 'Stop timeout: 5s']) {
    assert.ok(page.includes(part), part);
  }
});
