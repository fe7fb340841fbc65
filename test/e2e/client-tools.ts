import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CleanUp } from '../support/clean-up.ts';
import { temporaryFolder, tool, type Tool } from './tool.ts';

/** A registry that speaks plain HTTP, and somebody's password. */
export interface Login {
  /** localhost:port */
  readonly host: string;
  readonly password: string;
  /** Whose; by default the administrator's. */
  readonly name?: string;
}

/** regctl, logged in as the administrator. */
export async function regctlFor(t: CleanUp, { host, password }: Login): Promise<Tool> {
  const regctl = tool('regctl', { env: { REGCTL_CONFIG: join(await temporaryFolder(t), 'regctl.json') } });
  await regctl('registry', 'set', host, '--tls', 'disabled');
  await regctl('registry', 'login', host, '-u', 'admin', '-p', password);
  return regctl;
}

/** oras in a folder, logged in as the administrator. It speaks plain HTTP to localhost by itself. */
export async function orasFor(t: CleanUp, { host, password }: Login, cwd: string): Promise<Tool> {
  const oras = tool('oras', { cwd, env: { DOCKER_CONFIG: await temporaryFolder(t) } });
  await oras('login', host, '-u', 'admin', '-p', password);
  return oras;
}

/** helm, logged in. */
export async function helmFor(t: CleanUp, { host, password, name = 'admin' }: Login): Promise<Tool> {
  const folder = await temporaryFolder(t);
  const env = {
    HELM_CONFIG_HOME: join(folder, 'config'),
    HELM_CACHE_HOME: join(folder, 'cache'),
    HELM_DATA_HOME: join(folder, 'data'),
    DOCKER_CONFIG: join(folder, 'docker'),
  };
  const helm = tool('helm', { env });
  await helm('registry', 'login', host, '--plain-http', '-u', name, '-p', password);
  return helm;
}

/** podman with its storage in a temporary folder, logged in as the administrator. It starts no container. */
export async function podmanFor(t: CleanUp, { host, password }: Login): Promise<Tool> {
  // It refuses names of more than 50 characters for the folder of its run-time files.
  const folder = await mkdtemp('/tmp/jobrunner-podman-');
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const registries = join(folder, 'registries.conf');
  const containers = join(folder, 'containers.conf');
  const quotedHost = JSON.stringify(host);
  await writeFile(
    registries,
    `unqualified-search-registries = []\n[[registry]]\nlocation = ${quotedHost}\ninsecure = true\n`,
  );
  const tmpDir = JSON.stringify(join(folder, 'tmp'));
  await writeFile(containers, `[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "none"\ntmp_dir = ${tmpDir}\n`);
  const podman = tool('podman', {
    // The other drivers need file systems and devices that a container does not have.
    before: ['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--storage-driver', 'vfs'],
    env: {
      HOME: folder,
      TMPDIR: folder,
      CONTAINERS_CONF: containers,
      CONTAINERS_REGISTRIES_CONF: registries,
      REGISTRY_AUTH_FILE: join(folder, 'auth.json'),
    },
  });
  await podman('login', '-u', 'admin', '-p', password, host);
  return podman;
}

/** skopeo, which takes credentials with every call, logged in as the administrator. */
export function skopeoFor(login: Login): { readonly skopeo: Tool; readonly at: readonly string[] } & Directions {
  const credentials = `admin:${login.password}`;
  return {
    skopeo: tool('skopeo'),
    at: ['--tls-verify=false', '--creds', credentials],
    from: ['--src-tls-verify=false', '--src-creds', credentials],
    to: ['--dest-tls-verify=false', '--dest-creds', credentials],
  };
}

interface Directions {
  readonly from: readonly string[];
  readonly to: readonly string[];
}
