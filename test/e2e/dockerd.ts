import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../local/process.ts';
import { toolPath } from '../setup/tools.ts';
import type { CleanUp } from '../support/clean-up.ts';
import { productEnv, startProcess } from './jobrunner-process.ts';
import { untilAnswered } from './until-answered.ts';
import { temporaryFolder, tool, type Tool } from './tool.ts';

/** Starts a Docker engine with everything in a temporary folder, and gives its command line client. */
export async function startDockerEngine(t: CleanUp): Promise<Tool> {
  const folder = await temporaryFolder(t);
  const socket = `unix://${join(folder, 'docker.sock')}`;
  // The folder cannot be removed while anything is mounted below it.
  t.after(() => unmountBelow(folder));
  const engine = startProcess(
    t,
    toolPath('dockerd'),
    [
      '--storage-driver=vfs',
      '--iptables=false',
      '--ip6tables=false',
      '--bridge=none',
      `--data-root=${join(folder, 'data')}`,
      `--exec-root=${join(folder, 'exec')}`,
      `--pidfile=${join(folder, 'docker.pid')}`,
      `--host=${socket}`,
    ],
    productEnv({}),
  );
  const docker = tool('docker', { before: ['--host', socket, '--config', join(folder, 'client')] });
  await untilAnswered('the Docker engine', engine, () => docker('version'));
  return docker;
}

async function unmountBelow(folder: string): Promise<void> {
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  const points = mounts.split('\n').flatMap((line) => line.split(' ')[1] ?? []);
  // The innermost first.
  for (const point of points.filter((path) => path.startsWith(`${folder}/`)).reverse()) {
    await run('umount', ['--lazy', point]);
  }
}
