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
  const wrongMs = await medianMs(() => verifyPassword('wrong', hash, turn));
  const unknownMs = await medianMs(() => verifyPassword('wrong', undefined, turn));
  assert.ok(unknownMs > wrongMs / 2 && unknownMs < wrongMs * 2, `${unknownMs} ms and ${wrongMs} ms`);
  const rememberedMs = await medianMs(() => verifyPassword('right', hash));
  assert.ok(rememberedMs < wrongMs / 10, `${rememberedMs} ms from memory and ${wrongMs} ms`);
});

async function medianMs(work: () => Promise<boolean>): Promise<number> {
  const durationsMs: number[] = [];
  for (let index = 0; index < 5; index++) {
    const startedMs = performance.now();
    await work();
    durationsMs.push(performance.now() - startedMs);
  }
  return durationsMs.sort((a, b) => a - b)[2] ?? 0;
}
