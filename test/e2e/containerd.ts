import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toolPath } from '../setup/tools.ts';
import type { CleanUp } from '../support/clean-up.ts';
import { productEnv, startProcess } from './jobrunner-process.ts';
import { untilAnswered } from './until-answered.ts';
import { temporaryFolder, tool, type Tool } from './tool.ts';

/** Starts containerd with everything in a temporary folder, and gives its command line client. It starts no container. */
export async function startContainerd(t: CleanUp): Promise<Tool> {
  const folder = await temporaryFolder(t);
  const address = join(folder, 'containerd.sock');
  const config = join(folder, 'config.toml');
  const quote = JSON.stringify;
  await writeFile(
    config,
    `version = 2
root = ${quote(join(folder, 'root'))}
state = ${quote(join(folder, 'state'))}
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = ${quote(address)}
[ttrpc]
address = ${quote(`${address}.ttrpc`)}
`,
  );
  const engine = startProcess(t, toolPath('containerd'), ['--config', config], productEnv({}));
  const ctr = tool('ctr', { before: ['--address', address] });
  await untilAnswered('containerd', engine, () => ctr('version'));
  return ctr;
}
