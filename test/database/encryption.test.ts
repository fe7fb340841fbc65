import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { decryptSecret, encryptSecret } from '../../database/encryption.ts';

const key = randomBytes(32);

test('a secret comes back as it was, empty and non-ASCII ones too', () => {
  for (const secret of ['', 'pässwörd 🔑', 'x'.repeat(100_000)]) {
    assert.equal(decryptSecret(key, 'mirrors', encryptSecret(key, 'mirrors', secret)), secret);
  }
});

test('the same secret is never stored twice in the same bytes, and never readable', () => {
  const [first, second] = [encryptSecret(key, 'mirrors', 'hunter2'), encryptSecret(key, 'mirrors', 'hunter2')];
  assert.notDeepEqual(first, second);
  assert.ok(!first.includes('hunter2'));
});

test('another key, another purpose, or a changed byte: it does not decrypt', () => {
  const stored = encryptSecret(key, 'mirrors', 'hunter2');
  assert.throws(() => decryptSecret(randomBytes(32), 'mirrors', stored));
  assert.throws(() => decryptSecret(key, 'webhooks', stored));
  for (const index of stored.keys()) {
    const changed = Buffer.from(stored);
    changed[index] = (changed[index] ?? 0) ^ 1;
    assert.throws(() => decryptSecret(key, 'mirrors', changed), `byte ${index}`);
  }
  for (const length of [0, 11, 12, 20, 27, stored.length - 1]) {
    assert.throws(() => decryptSecret(key, 'mirrors', stored.subarray(0, length)), `${length} bytes`);
  }
});
