import assert from 'node:assert/strict';
import { test } from 'node:test';
import { S3ServiceException } from '@aws-sdk/client-s3';
import { StoreFullError } from '../../../registry/store/blob-store.ts';
import { describeFailure } from '../../../registry/http/failures.ts';

function s3Failure(name: string, httpStatusCode: number): S3ServiceException {
  return new S3ServiceException({ name, message: 'inside', $fault: 'server', $metadata: { httpStatusCode } });
}

const cases: readonly (readonly [string, Error, number])[] = [
  ['S3 slows down', s3Failure('SlowDown', 503), 503],
  ['S3 fails', s3Failure('InternalError', 500), 503],
  ['S3 is asked too often', s3Failure('TooManyRequestsException', 429), 503],
  ['S3 does not answer', Object.assign(new Error('inside'), { name: 'TimeoutError' }), 503],
  ['S3 refuses', s3Failure('AccessDenied', 403), 500],
  ['a connection is refused', Object.assign(new Error('inside'), { code: 'ECONNREFUSED' }), 503],
  ['the store is full', new StoreFullError(), 507],
  ['a mistake of the program', new TypeError('inside'), 500],
];

for (const [what, error, status] of cases) {
  test(`${what}: ${status}, and nothing of the inside is shown`, () => {
    const shown = describeFailure(error, 'request-1');
    assert.equal(shown.status, status);
    assert.doesNotMatch(shown.toJson(), /inside/);
    assert.equal(shown.headers['Retry-After'] !== undefined, status === 503);
    assert.equal(shown.cause, error);
  });
}
