import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashPassword, verifyPassword } from '../../../accounts/sign-in/passwords.ts';

test('a password is right for its own hash alone, and hashes of one password differ', async () => {
  const hash = await hashPassword('correct horse');
  assert.equal(await verifyPassword('correct horse', hash), true);
  assert.equal(await verifyPassword('correct horse', hash), true, 'also from memory');
  assert.equal(await verifyPassword('Correct horse', hash), false);
  assert.equal(await verifyPassword('', hash), false);
  const other = await hashPassword('correct horse');
  assert.notEqual(other, hash);
  assert.equal(await verifyPassword('correct horse', other), true);
  assert.match(hash, /^scrypt\$32768\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
});

test('a password is the same however its accents are written', async () => {
  const hash = await hashPassword('caf\u00e9');
  assert.equal(await verifyPassword('cafe\u0301', hash), true);
});

test('a password that was right before is wrong once the stored hash is another', async () => {
  const before = await hashPassword('before');
  assert.equal(await verifyPassword('before', before), true);
  assert.equal(await verifyPassword('before', await hashPassword('after')), false);
});

test('an unknown user takes as long as a wrong password, and a known right one no time', async () => {
  const hash = await hashPassword('right');
  // The first unknown user also pays for the decoy.
  await verifyPassword('warm up', undefined);
  await verifyPassword('right', hash);
  // Those who are known do not wait for the rests of others.
  const turn = 'known';
  const kinds = {
    wrong: () => verifyPassword('wrong', hash, turn),
    unknown: () => verifyPassword('wrong', undefined, turn),
    remembered: () => verifyPassword('right', hash),
  };
  // In turns, and by processor time, of all threads: whatever else the machine does slows all of them, or none.
  const cpuMs = { wrong: [] as number[], unknown: [] as number[], remembered: [] as number[] };
  for (let index = 0; index < 5; index++) {
    for (const kind of ['wrong', 'unknown', 'remembered'] as const) {
      const before = process.cpuUsage();
      await kinds[kind]();
      const { user, system } = process.cpuUsage(before);
      cpuMs[kind].push((user + system) / 1_000);
    }
  }
  const wrongMs = median(cpuMs.wrong);
  const unknownMs = median(cpuMs.unknown);
  const rememberedMs = median(cpuMs.remembered);
  assert.ok(wrongMs > 0);
  assert.ok(unknownMs > wrongMs / 2 && unknownMs < wrongMs * 2, `${unknownMs} ms and ${wrongMs} ms`);
  assert.ok(rememberedMs < wrongMs / 10, `${rememberedMs} ms from memory and ${wrongMs} ms`);
});

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
