import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatUploadRange, parseContentRange, parseRange } from '../../../registry/http/byte-range.ts';

const ranges: readonly (readonly [string | undefined, number, ReturnType<typeof parseRange>])[] = [
  [undefined, 100, 'all'],
  ['bytes=0-9', 100, { start: 0, end: 9 }],
  ['bytes=90-', 100, { start: 90, end: 99 }],
  ['bytes=-10', 100, { start: 90, end: 99 }],
  ['bytes=-1000', 100, { start: 0, end: 99 }],
  ['bytes=50-1000', 100, { start: 50, end: 99 }],
  ['Bytes=0-0', 100, { start: 0, end: 0 }],
  ['bytes=100-', 100, 'unsatisfiable'],
  ['bytes=500-0', 1000, 'unsatisfiable'],
  ['bytes=-0', 100, 'unsatisfiable'],
  ['bytes=0-', 0, 'unsatisfiable'],
  ['bytes=0-1,3-4', 100, 'all'],
  ['bytes=-', 100, 'all'],
  ['lines=0-9', 100, 'all'],
  ['bytes=a-b', 100, 'all'],
  [`bytes=${'9'.repeat(40)}-`, 100, 'all'],
];

for (const [header, sizeBytes, expected] of ranges) {
  test(`Range ${header} of ${sizeBytes} bytes`, () => {
    assert.deepEqual(parseRange(header, sizeBytes), expected);
  });
}

test('Content-Range of chunks, in the form of OCI and of RFC 9110', () => {
  assert.deepEqual(parseContentRange('0-99'), { start: 0, end: 99 });
  assert.deepEqual(parseContentRange('bytes 5-5/*'), { start: 5, end: 5 });
  assert.deepEqual(parseContentRange('bytes 5-6/7'), { start: 5, end: 6 });
  for (const bad of ['', '5', '9-5', '-5', 'a-b', '0-1-2', '1.5-3', 'bytes */7']) {
    assert.equal(parseContentRange(bad), undefined, bad);
  }
});

test('Range of an upload', () => {
  assert.equal(formatUploadRange(0), '0-0');
  assert.equal(formatUploadRange(1), '0-0');
  assert.equal(formatUploadRange(10), '0-9');
});
