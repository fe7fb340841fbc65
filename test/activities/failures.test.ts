import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApplicationFailure } from '@temporalio/activity';
import { failed, refused, toFailure } from '../../activities/failures.ts';
import { DomainError } from '../../errors/domain-error.ts';
import { ReadOnlyError } from '../../registry/read-only.ts';
import { pageOptions } from '../../workflows/shared/options.ts';

test('an error of the domain fails an activity by its code, with its message, stack and cause', () => {
  const cause = new Error('the disk is full');
  const error = new DomainError('UNAVAILABLE', 'nothing can be stored: free some space', { cause });
  const failure = toFailure(error);
  assert.ok(failure instanceof ApplicationFailure);
  assert.deepEqual([failure.type, failure.message, failure.cause], ['UNAVAILABLE', error.message, cause]);
  assert.equal(failure.stack, error.stack);
  assert.notEqual(failure.nonRetryable, true, 'whether it is tried again, the options of the activity say');
});

test('anything else is what it was', () => {
  for (const error of [new TypeError('a mistake'), failed('WEBHOOK_FAILED', 'it failed'), 'text', undefined]) {
    assert.equal(toFailure(error), error);
  }
});

test('a page is not tried again while the registry is read-only', () => {
  const failure = toFailure(new ReadOnlyError());
  assert.ok(failure instanceof ApplicationFailure && failure.type);
  assert.ok(
    pageOptions.retry.nonRetryableErrorTypes.some((code) => code === failure.type),
    failure.type,
  );
});

test('what cannot be mended by trying again says so, with its details', () => {
  const { type, nonRetryable, details } = refused('WEBHOOK_REFUSED', 'refused', { status: 404 });
  assert.deepEqual([type, nonRetryable, details], ['WEBHOOK_REFUSED', true, [{ status: 404 }]]);
});
