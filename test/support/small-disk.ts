import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CleanUp } from './clean-up.ts';
import { endWithProcess } from './end-with-process.ts';

/** Mounts a disk of its own size for a test, and gives its path. It is gone after the test. */
export function mountSmallDisk(t: CleanUp, sizeBytes: number): string {
  const { path, problem } = mount(sizeBytes);
  if (problem !== undefined) throw new Error(`no small disk can be mounted: ${problem}`);
  const forget = endWithProcess(() => unmount(path));
  t.after(() => {
    unmount(path);
    forget();
  });
  return path;
}

/** For the option `skip`: why no disk can be mounted here, or false. With CI=true the test runs, and fails, instead. */
export function cannotMount(): string | false {
  if (process.env['CI'] === 'true') return false;
  const { path, problem } = mount(1024 * 1024);
  unmount(path);
  return problem === undefined ? false : `no small disk can be mounted: ${problem}`;
}

function mount(sizeBytes: number): { path: string; problem: string | undefined } {
  const path = mkdtempSync(join(tmpdir(), 'small-disk-'));
  const { status, stderr, error } = spawnSync(
    'mount',
    ['-t', 'tmpfs', '-o', `size=${sizeBytes},mode=0711`, 'tmpfs', path],
    { encoding: 'utf8' },
  );
  return { path, problem: status === 0 ? undefined : (error?.message ?? stderr.trim()) };
}

function unmount(path: string): void {
  spawnSync('umount', ['--lazy', path]);
  rmSync(path, { recursive: true, force: true });
}
