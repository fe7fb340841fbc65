import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../local/ports.ts';
import { toolPath } from '../setup/tools.ts';
import type { CleanUp } from '../support/clean-up.ts';
import { eventually } from './eventually.ts';
import { productEnv, startProcess } from './jobrunner-process.ts';
import { temporaryFolder } from './tool.ts';

/**
 * Starts a Notary server that signs with keys of its own, keeps everything in memory, and takes the tokens of a registry
 * at `baseUrl`, whose root certificate it is given.
 *
 * @returns its URL
 */
export async function startNotaryServer(t: CleanUp, baseUrl: string): Promise<string> {
  const folder = await temporaryFolder(t);
  const port = await freePort();
  const rootPath = join(folder, 'root.pem');
  const root = await fetch(`${baseUrl}/auth/root.pem`);
  if (!root.ok) throw new Error(`/auth/root.pem answered ${root.status}`);
  await writeFile(rootPath, await root.text());
  const configPath = join(folder, 'notary-server.json');
  const config = {
    server: { http_addr: `127.0.0.1:${port}` },
    trust_service: { type: 'local', hostname: '', port: '', key_algorithm: 'ed25519' },
    storage: { backend: 'memory' },
    auth: {
      type: 'token',
      options: {
        realm: `${baseUrl}/auth/token`,
        service: 'notary',
        issuer: 'jobrunner-garant',
        rootcertbundle: rootPath,
      },
    },
    logging: { level: 'info' },
  };
  await writeFile(configPath, JSON.stringify(config));
  startProcess(t, toolPath('notary-server'), ['-config', configPath], productEnv({}));
  const url = `http://127.0.0.1:${port}`;
  await eventually(
    'the Notary server',
    () =>
      fetch(`${url}/_notary_server/health`).then(
        ({ ok }) => ok,
        () => false,
      ),
    { timeoutMs: 60_000, intervalMs: 100 },
  );
  return url;
}
