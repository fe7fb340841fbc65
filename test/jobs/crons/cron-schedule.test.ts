import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  defaultCatchupWindowMs,
  InvalidScheduleError,
  parseCronSchedule,
  type CalendarRule,
  type ValueRange,
} from '../../../jobs/crons/cron-schedule.ts';

const midnight = { second: [one(0)], minute: [one(0)], hour: [one(0)] };

function one(value: number): ValueRange {
  return { start: value, end: value, step: 1 };
}

function rulesOf(text: string): readonly CalendarRule[] {
  return parseCronSchedule(text).rules;
}

/** The first `count` times of a schedule after a moment, as text. */
function times(text: string, after: string, count = 1, timeZone = 'UTC'): string[] {
  const schedule = parseCronSchedule(text, timeZone);
  let time = new Date(after);
  return Array.from({ length: count }, () => (time = schedule.next(time)).toISOString());
}

test('six fields, seconds first', () => {
  assert.deepEqual(rulesOf('57 54 3 * * *'), [{ second: [one(57)], minute: [one(54)], hour: [one(3)] }]);
  assert.deepEqual(times('57 54 3 * * *', '2026-01-01T03:54:57Z', 2), [
    '2026-01-02T03:54:57.000Z',
    '2026-01-03T03:54:57.000Z',
  ]);
});

test('ranges, steps, lists, and names in any case', () => {
  assert.deepEqual(rulesOf('*/15 10-50/20 1,2,8 * JAN,mar,May-Jul Mon-FRI'), [
    {
      second: [{ start: 0, end: 45, step: 15 }],
      minute: [{ start: 10, end: 50, step: 20 }],
      hour: [one(1), one(2), one(8)],
      month: [one(1), one(3), one(5), one(6), one(7)],
      dayOfWeek: [{ start: 1, end: 5, step: 1 }],
    },
  ]);
});

test('? is any day', () => {
  assert.deepEqual(rulesOf('0 0 0 ? * 1'), [{ ...midnight, dayOfWeek: [one(1)] }]);
  assert.deepEqual(rulesOf('0 0 0 1 * ?'), [{ ...midnight, dayOfMonth: [one(1)] }]);
});

test('day of month and day of week, both restricted, are two rules: either will do', () => {
  assert.deepEqual(rulesOf('0 0 0 13 * FRI'), [
    { ...midnight, dayOfMonth: [one(13)] },
    { ...midnight, dayOfWeek: [one(5)] },
  ]);
  assert.deepEqual(times('0 0 0 13 * FRI', '2026-01-01T00:00:00Z', 4), [
    '2026-01-02T00:00:00.000Z',
    '2026-01-09T00:00:00.000Z',
    '2026-01-13T00:00:00.000Z',
    '2026-01-16T00:00:00.000Z',
  ]);
});

test('Sunday is 0 and 7, alone, in a range, or both at once', () => {
  for (const sunday of ['0', '7', 'SUN', '0,7', '7,0', 'SUN,7']) {
    assert.deepEqual(rulesOf(`0 0 0 * * ${sunday}`), [{ ...midnight, dayOfWeek: [one(0)] }], sunday);
    assert.deepEqual(times(`0 0 0 * * ${sunday}`, '2026-01-01T00:00:00Z'), ['2026-01-04T00:00:00.000Z'], sunday);
  }
  assert.deepEqual(rulesOf('0 0 0 * * 5-7'), [{ ...midnight, dayOfWeek: [one(0), one(5), one(6)] }]);
  assert.deepEqual(rulesOf('0 0 0 * * 0-7'), [{ ...midnight, dayOfWeek: [{ start: 0, end: 6, step: 1 }] }]);
});

test('a list may name a value twice', () => {
  assert.deepEqual(rulesOf('0 0,30,0-10/5 0 * * *'), [{ ...midnight, minute: [one(0), one(5), one(10), one(30)] }]);
  assert.deepEqual(times('0 0,30,0-10/5 0 * * *', '2026-01-01T00:10:00Z'), ['2026-01-01T00:30:00.000Z']);
});

test('every @ form', () => {
  const forms = {
    '@yearly': '2027-01-01T00:00:00.000Z',
    '@annually': '2027-01-01T00:00:00.000Z',
    '@monthly': '2026-04-01T00:00:00.000Z',
    '@weekly': '2026-03-15T00:00:00.000Z',
    '@daily': '2026-03-11T00:00:00.000Z',
    '@midnight': '2026-03-11T00:00:00.000Z',
    '@hourly': '2026-03-10T12:00:00.000Z',
    ' @hourly ': '2026-03-10T12:00:00.000Z',
  };
  for (const [form, next] of Object.entries(forms)) {
    assert.deepEqual(times(form, '2026-03-10T11:22:33Z'), [next], form);
    assert.equal(rulesOf(form).length, 1);
  }
});

test('@every counts whole seconds from the epoch, as Temporal does', () => {
  const schedule = parseCronSchedule('@every 1h30m');
  assert.deepEqual([schedule.rules, schedule.everyMs], [[], 5_400_000]);
  assert.deepEqual(times('@every 1h30m', '1970-01-01T01:30:00Z', 2), [
    '1970-01-01T03:00:00.000Z',
    '1970-01-01T04:30:00.000Z',
  ]);
});

test('times are UTC, whatever the zone of this machine', () => {
  const zone = process.env['TZ'];
  process.env['TZ'] = 'America/New_York';
  try {
    // In New York this is the hour that daylight saving leaves out.
    assert.deepEqual(times('0 30 2 * * *', '2026-03-08T00:00:00Z', 2), [
      '2026-03-08T02:30:00.000Z',
      '2026-03-09T02:30:00.000Z',
    ]);
  } finally {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  }
});

test('in a time zone it is the clock on the wall that counts, before and after it changes', () => {
  assert.deepEqual(times('0 0 3 * * *', '2026-10-24T00:00:00Z', 3, 'Europe/Berlin'), [
    '2026-10-24T01:00:00.000Z',
    '2026-10-25T02:00:00.000Z',
    '2026-10-26T02:00:00.000Z',
  ]);
  // 02:30 does not exist on 8 March in New York.
  assert.deepEqual(times('0 30 2 * * *', '2026-03-07T00:00:00Z', 2, 'America/New_York'), [
    '2026-03-07T07:30:00.000Z',
    '2026-03-09T06:30:00.000Z',
  ]);
  // 01:30 comes twice on 1 November there.
  assert.deepEqual(times('0 30 1 * * *', '2026-10-31T00:00:00Z', 4, 'America/New_York'), [
    '2026-10-31T05:30:00.000Z',
    '2026-11-01T05:30:00.000Z',
    '2026-11-01T06:30:00.000Z',
    '2026-11-02T06:30:00.000Z',
  ]);
  assert.deepEqual(times('0 */30 * * * *', '2026-03-08T06:00:00Z', 4, 'America/New_York'), [
    '2026-03-08T06:30:00.000Z',
    '2026-03-08T07:00:00.000Z',
    '2026-03-08T07:30:00.000Z',
    '2026-03-08T08:00:00.000Z',
  ]);
  // Midnight does not exist on 6 September in Santiago; a change of half an hour; a zone 5 h 45 min ahead.
  assert.deepEqual(times('0 0 0 * * *', '2026-09-05T12:00:00Z', 1, 'America/Santiago'), ['2026-09-07T03:00:00.000Z']);
  assert.deepEqual(times('0 15 2 * * *', '2026-10-03T00:00:00Z', 2, 'Australia/Lord_Howe'), [
    '2026-10-04T15:15:00.000Z',
    '2026-10-05T15:15:00.000Z',
  ]);
  assert.deepEqual(times('0 0 6 * * *', '2026-01-01T12:00:00Z', 1, 'Asia/Kathmandu'), ['2026-01-02T00:15:00.000Z']);
  assert.deepEqual(times('0 0 0 29 2 *', '2026-01-01T00:00:00Z', 1, 'Europe/Berlin'), ['2028-02-28T23:00:00.000Z']);
});

test('a run is made up for within a day where it is rare, within 10 minutes where it is not', () => {
  const windows = { '@daily': 86_400_000, '@yearly': 86_400_000, '@hourly': 600_000, '@every 12h': 86_400_000 };
  for (const [text, windowMs] of Object.entries(windows)) {
    assert.equal(defaultCatchupWindowMs(parseCronSchedule(text)), windowMs, text);
  }
});

test('29 February comes in leap years', () => {
  assert.deepEqual(times('0 0 0 29 2 *', '2026-01-01T00:00:00Z', 2), [
    '2028-02-29T00:00:00.000Z',
    '2032-02-29T00:00:00.000Z',
  ]);
});

test('the rules and next() mean the same times', () => {
  for (const text of ['0 */20 3-5 */7 1-6 *', '30 0 0 1,15 * 1-3', '0 0 12 ? * SAT,7', '0 0 0 31 * *']) {
    const schedule = parseCronSchedule(text);
    let time = new Date('2026-01-01T00:00:00Z');
    for (let index = 0; index < 200; index++) {
      time = schedule.next(time);
      assert.ok(
        schedule.rules.some((rule) => matches(rule, time)),
        `${text}: ${time.toISOString()}`,
      );
    }
  }
});

function matches(rule: CalendarRule, time: Date): boolean {
  return (
    includes(rule.second, time.getUTCSeconds()) &&
    includes(rule.minute, time.getUTCMinutes()) &&
    includes(rule.hour, time.getUTCHours()) &&
    includes(rule.dayOfMonth, time.getUTCDate()) &&
    includes(rule.month, time.getUTCMonth() + 1) &&
    includes(rule.dayOfWeek, time.getUTCDay())
  );
}

function includes(ranges: readonly ValueRange[] | undefined, value: number): boolean {
  return (
    ranges === undefined ||
    ranges.some(({ start, end, step }) => value >= start && value <= end && (value - start) % step === 0)
  );
}

test('what is not a schedule is refused, with a word on what one looks like', () => {
  const texts = [
    '',
    ' ',
    '0 0 * * *',
    '0 0 0 * * * *',
    '0 0 0 L * *',
    '0 0 0 * * 1#2',
    '0 0 0 * * 5L',
    '0 0 0 15W * *',
    'H 0 0 * * *',
    '0 0 0 30 2 *',
    '0 0 0 31 4,6 *',
    '60 0 0 * * *',
    '0 60 0 * * *',
    '0 0 24 * * *',
    '0 0 0 0 * *',
    '0 0 0 32 * *',
    '0 0 0 * 13 *',
    '0 0 0 * 0 *',
    '0 0 0 * * 8',
    '0 0 0 5-1 * *',
    '*/0 * * * * *',
    '0 0 0 1,,2 * *',
    '0 0 0 , * *',
    '0 0 0 - * *',
    'JAN 0 0 * * *',
    '-1 0 0 * * *',
    '0 0 0 * * MONDAY',
    '@reboot',
    'constructor',
    '@Hourly',
    '@every',
    '@every 0s',
    '@every 1.5s',
    '@every 10ms',
    '@every -5s',
    '@every soon',
  ];
  for (const text of texts) {
    assert.throws(
      () => parseCronSchedule(text),
      (error) => error instanceof InvalidScheduleError && error.message.includes('6 fields, seconds first'),
      text,
    );
  }
});
