import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDurationMs } from '../../config/duration.ts';

test('durations are Go duration strings of hours to milliseconds', () => {
  const durations = {
    '0': 0,
    '0s': 0,
    '30s': 30_000,
    '250ms': 250,
    '1.5h': 5_400_000,
    '1h30m': 5_400_000,
    '1h1m1s1ms': 3_661_001,
    '90m': 5_400_000,
    '0.4ms': 0,
  };
  for (const [text, durationMs] of Object.entries(durations)) assert.equal(parseDurationMs(text), durationMs, text);
});

test('what is not a duration is not guessed at', () => {
  const texts = [
    '',
    ' ',
    '5',
    '-5s',
    '+5s',
    '5 s',
    's',
    '1.s',
    '.5s',
    '1d',
    '5S',
    '1h 30m',
    '1h30',
    '30sx',
    '1e3s',
    'NaNs',
  ];
  for (const text of texts) assert.equal(parseDurationMs(text), undefined, text);
});

test('a duration longer than Go can hold is none: added to a time it would leave what PostgreSQL can hold', () => {
  assert.equal(parseDurationMs('2562047h'), 2_562_047 * 3_600_000);
  assert.equal(parseDurationMs('2562048h'), undefined);
  assert.equal(parseDurationMs(`${'9'.repeat(400)}h`), undefined);
});
