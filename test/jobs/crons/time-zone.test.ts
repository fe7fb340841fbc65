import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findTimeZone, wallClock } from '../../../jobs/crons/time-zone.ts';

test('time zones are found by their names, as Temporal writes them', () => {
  const found = {
    UTC: 'UTC',
    'Europe/Berlin': 'Europe/Berlin',
    'europe/berlin': 'Europe/Berlin',
    'America/Argentina/Buenos_Aires': 'America/Argentina/Buenos_Aires',
    'Asia/Kolkata': 'Asia/Kolkata',
    'Etc/GMT+5': 'Etc/GMT+5',
    'Europe/Kyiv': 'Europe/Kyiv',
    'America/Port_of_Spain': 'America/Port_of_Spain',
    // What Temporal does not know, or not so, by the canonical name of what it means.
    PST: 'America/Los_Angeles',
    TURKEY: 'Europe/Istanbul',
    'US/Pacific-New': 'America/Los_Angeles',
    'asia/KOLKATA': 'Asia/Calcutta',
    utc: 'UTC',
    'Nz-Chat': 'Pacific/Chatham',
  };
  for (const [name, zone] of Object.entries(found)) assert.equal(findTimeZone(name), zone, name);
});

test('what is no name of a time zone is not found', () => {
  for (const name of [
    '',
    'Local',
    '+01:00',
    'Europe/Atlantis',
    '../etc/passwd',
    'Europe/',
    'SystemV/PST8',
    'UTC\u0000',
    ' UTC',
  ]) {
    assert.equal(findTimeZone(name), undefined, name);
  }
});

test('a clock knows how far it is ahead, and when that changes next', () => {
  const berlin = wallClock('Europe/Berlin');
  const winter = new Date('2026-01-01T00:00:00Z');
  const change = new Date('2026-03-29T01:00:00Z');
  assert.equal(berlin.offsetMs(winter), 3_600_000);
  assert.equal(berlin.offsetMs(change), 7_200_000);
  assert.deepEqual(berlin.nextChange(winter, new Date('2027-01-01T00:00:00Z')), change);
  assert.deepEqual(berlin.nextChange(winter, change), change);
  assert.equal(berlin.nextChange(winter, new Date(change.getTime() - 1)), undefined);
  assert.equal(wallClock('Asia/Tokyo').nextChange(winter, new Date('2036-01-01T00:00:00Z')), undefined);
  assert.equal(wallClock('America/St_Johns').offsetMs(winter), -3.5 * 3_600_000);
});
