import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bundleWorkflows } from '../../workers/bundle.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** What of this project workflows may run: it is all without I/O. */
const allowed = /^(workflows\/|jobs\/actions\/|jobs\/task-queues\.ts$|config\/duration\.ts$)/;
// It is loaded by every worker, and again for every workflow that is not cached.
const maxSizeBytes = 2_500_000;

test('the bundle of the workflows has nothing in it but workflows and declarations, and is small', async () => {
  const { code } = await bundleWorkflows();
  const map = /sourceMappingURL=data:application\/json;charset=utf-8;base64,([\w+/=]+)/.exec(code)?.[1];
  assert.ok(map, 'the bundle says where its code comes from');
  const { sources } = JSON.parse(Buffer.from(map, 'base64').toString()) as { sources: string[] };
  const own = sources.flatMap((source) => (source.startsWith(root) ? [source.slice(root.length)] : []));
  assert.ok(own.includes('workflows/index.ts'), own.join());
  const others = own.filter((source) => !source.startsWith('node_modules/') && !allowed.test(source));
  assert.deepEqual(others, [], 'workflows import values of these, or what they import does');
  assert.ok(code.length < maxSizeBytes, `${code.length} bytes`);
});
