import assert from 'node:assert/strict';
import { scryptSync } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { getPriority } from 'node:os';
import { test } from 'node:test';
import { deriveKey, startThread } from '../../../accounts/sign-in/password-hashing.ts';

const salt = Buffer.from('NaCl');
const cost = { N: 1024, r: 8, p: 16 } as const;

test('a password is stretched as RFC 7914 says, however many at once', async () => {
  const keys = await Promise.all(['password', 'other', 'password'].map((text) => deriveKey(text, salt, 64, cost)));
  // RFC 7914, section 12.
  assert.match(keys[0]?.toString('hex') ?? '', /^fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162/);
  assert.deepEqual(keys[2], keys[0]);
  assert.deepEqual(keys[1], scryptSync('other', salt, 64, cost));
});

test('a cost that makes no sense is an error, and the next password is stretched', async () => {
  await assert.rejects(deriveKey('password', salt, 32, { N: 3, r: 1, p: 1 }), /the password was not hashed: /);
  assert.equal((await deriveKey('password', salt, 32, cost)).length, 32);
});

test('a thread that dies takes what it was asked for along, and nothing of its successor', async () => {
  const ends: unknown[] = [];
  const request = { password: 'password', salt, keyBytes: 32, ...cost };
  const first = startThread((ended) => ends.push(ended), new URL('./dying-thread.ts', import.meta.url));
  const asked = await Promise.allSettled([first.derive(request), first.derive(request)]);
  assert.deepEqual(
    asked.map((each) => each.status === 'rejected' && String(each.reason)),
    ['Error: out of memory', 'Error: out of memory'],
  );
  // Before the end of the first thread is told in full.
  const second = startThread(() => ends.push('second'));
  assert.equal((await second.derive(request)).length, 32);
  assert.equal(ends[0], first);
  assert.ok(!ends.includes('second'));
});

const skip = process.platform !== 'linux' && 'threads have a priority of their own in Linux alone';

test('the thread that does it gives way to the others', { skip }, async () => {
  await deriveKey('password', salt, 32, cost);
  const nicenesses = new Map<number, number>();
  for (const thread of await readdir('/proc/self/task')) {
    const stat = await readFile(`/proc/self/task/${thread}/stat`, 'utf8');
    // proc_pid_stat(5): the 19th field; the second, in brackets, may hold spaces.
    const niceness = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
    nicenesses.set(niceness, (nicenesses.get(niceness) ?? 0) + 1);
  }
  const own = getPriority();
  assert.ok((nicenesses.get(own + 5) ?? 0) > 0);
  assert.ok((nicenesses.get(own) ?? 0) > 1, 'and no other');
});
