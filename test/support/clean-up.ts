import type { TestContext } from 'node:test';

/** Where what a test has opened is closed again. */
export type CleanUp = Pick<TestContext, 'after'>;

/** Like `t.after`, but the last thing opened is the first closed; node:test does it the other way round. */
export function createCleanUp(t: CleanUp): CleanUp {
  const stack = new AsyncDisposableStack();
  t.after(() => stack.disposeAsync());
  return { after: (close) => stack.defer(() => (close as () => unknown)() as Promise<void>) };
}
