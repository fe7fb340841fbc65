import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryAfterMs } from '../../activities/retry-after.ts';

const nowMs = Date.parse('2026-01-01T00:00:00Z');

test('seconds and HTTP dates are understood', () => {
  assert.equal(retryAfterMs('0', nowMs), 0);
  assert.equal(retryAfterMs('120', nowMs), 120_000);
  assert.equal(retryAfterMs('Thu, 01 Jan 2026 00:01:30 GMT', nowMs), 90_000);
  assert.equal(retryAfterMs('Thursday, 01-Jan-26 00:01:30 GMT', nowMs), 90_000);
});

test('a date that has passed means now', () => {
  assert.equal(retryAfterMs('Wed, 31 Dec 2025 23:59:59 GMT', nowMs), 0);
});

test('a header that is missing or makes no sense says nothing, so that a delay of our own holds', () => {
  for (const header of [
    undefined,
    '',
    'soon',
    '-1',
    '1.5',
    '1e3',
    '2026-13-45',
    'Thu, 99 Jan 2026 00:00:00 GMT',
    'Mon, 30 Feb 2026 00:00:00 GMT',
    'Thursday, 31-Jun-26 00:00:00 GMT',
    'Thu, 01 Jan 2026 24:00:00 GMT',
    '9'.repeat(20),
  ]) {
    assert.equal(retryAfterMs(header, nowMs), undefined, header);
  }
});
