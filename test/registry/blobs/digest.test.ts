import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { createHasher, digestOf, parseDigest, requireDigest } from '../../../registry/blobs/digest.ts';

const emptySha256 = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

test('well-formed digests of every supported algorithm are read', () => {
  assert.deepEqual(parseDigest(emptySha256), { algorithm: 'sha256', text: emptySha256 });
  const sha512 = `sha512:${'0f'.repeat(64)}`;
  assert.deepEqual(parseDigest(sha512), { algorithm: 'sha512', text: sha512 });
});

for (const text of [
  '',
  ':',
  'sha256',
  'sha256:',
  'sha256:baddigeststring',
  `sha256:${'A'.repeat(64)}`,
  `sha256:${'a'.repeat(63)}`,
  `sha256:${'a'.repeat(65)}`,
  `sha512:${'a'.repeat(64)}`,
  `md5:${'a'.repeat(32)}`,
  `constructor:${'a'.repeat(64)}`,
  `sha256:${'a'.repeat(63)}\n`,
  ` ${emptySha256}`,
]) {
  test(`the digest ${JSON.stringify(text.slice(0, 40))} is refused`, () => {
    assert.equal(parseDigest(text), undefined);
    assert.throws(() => requireDigest(text), { code: 'DIGEST_INVALID' });
  });
}

test('a hasher that is copied goes its own way, and can be asked in between', () => {
  const hasher = createHasher('sha256');
  assert.equal(hasher.digest(), emptySha256);
  hasher.update(Buffer.from('ab'));
  const copy = hasher.copy();
  copy.update(Buffer.from('c'));
  assert.equal(copy.digest(), digestOf(Buffer.from('abc')));
  assert.equal(hasher.digest(), digestOf(Buffer.from('ab')));
  const sha512 = createHash('sha512').update('abc').digest('hex');
  assert.equal(digestOf(Buffer.from('abc'), 'sha512'), `sha512:${sha512}`);
});
