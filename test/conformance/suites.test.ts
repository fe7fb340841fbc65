import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatReport, isClean } from './report.ts';
import { createLegacySuite, createMainSuite } from './suites.ts';

const counts = { Disabled: 0, Skip: 0, Pass: 0, FAIL: 0, Error: 0 };

function printed(tree: readonly string[], changes: Partial<typeof counts>): string {
  const lines = Object.entries({ ...counts, ...changes }).map(
    ([name, count]) => `  ${name.padEnd(30, '.')}:  ${count}`,
  );
  return ['Test results', ...tree, '', 'Configuration:', '  data: Pass', '', ...lines, ''].join('\n');
}

test('the report of the main suite: counts, and the cases that did not pass with what was said about them', async () => {
  const tree = [
    'Suite: FAIL',
    '  Suite/a: Pass',
    '  Suite/b: FAIL',
    '    Suite/b/one: Pass',
    '    Suite/b/two: FAIL',
    '     - expected 201',
    'received: 404',
    '  Suite/c: Skip',
    '   - not supported',
  ];
  const report = await createMainSuite('dev').read(printed(tree, { Pass: 2, FAIL: 1, Skip: 1 }), '');
  assert.deepEqual(report.counts, { pass: 2, fail: 1, error: 0, skip: 1, disabled: 0 });
  assert.deepEqual(report.failedCases, [
    { name: 'Suite/b/two', status: 'FAIL', message: 'expected 201\nreceived: 404' },
    { name: 'Suite/c', status: 'Skip', message: 'not supported' },
  ]);
  assert.equal(isClean(report), false);
  assert.match(formatReport(report), /^FAIL {5}Suite\/b\/two\n {9}expected 201\n.*pass 2, fail 1, error 0, skip 1/s);
});

test('a run is clean where nothing failed or was skipped, and something passed', async () => {
  const read = (changes: Partial<typeof counts>) => createMainSuite('1.1').read(printed([], changes), '');
  assert.equal(isClean(await read({ Pass: 3, Disabled: 2 })), true);
  for (const name of ['FAIL', 'Error', 'Skip']) assert.equal(isClean(await read({ Pass: 3, [name]: 1 })), false, name);
  assert.equal(isClean(await read({})), false);
  await assert.rejects(createMainSuite('1.1').read('panic', ''), /printed no count of Pass/);
});

test('the report of the older suite: a skipped case counts unless the other of the two ways has passed', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'jobrunner-conformance-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const tags = 'OCI Distribution Conformance Tests Content Discovery Setup Populate registry with test tags';
  const read = async (...cases: string[]) => {
    await writeFile(join(folder, 'junit.xml'), `<testsuites><testsuite>${cases.join('\n')}</testsuite></testsuites>`);
    return createLegacySuite().read('', folder);
  };
  const setUp = '<testcase name="[BeforeSuite]" status="passed" time="0"></testcase>';
  const skipped = `<testcase name="${tags} (no push)" status="skipped"><skipped message="left out"></skipped></testcase>`;

  const clean = await read(setUp, `<testcase name="${tags}" status="passed"/>`, skipped);
  assert.deepEqual(clean.counts, { pass: 1, fail: 0, error: 0, skip: 0, disabled: 1 });
  assert.equal(isClean(clean), true);

  const failed = `<testcase name="${tags}" status="failed"><failure message="is &lt;404&gt;&#xA;not 200">x</failure></testcase>`;
  const panicked = '<testcase name="other" status="panicked"><error message="boom"></error></testcase>';
  const report = await read(setUp, failed, skipped, panicked);
  assert.deepEqual(report.counts, { pass: 0, fail: 1, error: 1, skip: 1, disabled: 0 });
  assert.deepEqual(
    report.failedCases.map(({ message }) => message),
    ['is <404>\nnot 200', 'left out', 'boom'],
  );
  await assert.rejects(createLegacySuite().read('', join(folder, 'none')), /left no junit\.xml/);
});
