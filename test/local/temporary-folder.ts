import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

const paths: string[] = [];

// After all tests, and so after whatever a test's own hooks stop in the folder.
after(async () => {
  for (const path of paths) await rm(path, { recursive: true, force: true });
});

/** An empty folder that is gone after the tests of this file. */
export async function temporaryFolder(): Promise<string> {
  const path = await mkdtemp(join(await realpath(tmpdir()), 'jobrunner-test-'));
  // Root's PostgreSQL runs as another user, who has to get there.
  await chmod(path, 0o711);
  paths.push(path);
  return path;
}
