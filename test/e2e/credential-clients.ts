import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CleanUp } from '../support/clean-up.ts';
import { podmanFor } from './client-tools.ts';
import { startContainerd } from './containerd.ts';
import { startDockerEngine } from './dockerd.ts';
import type { SignInWith } from './robot.ts';
import { temporaryFolder, tool, type Tool } from './tool.ts';

/** A client of the registry that does not check what it signs in with before it is used. */
export interface CredentialClient {
  readonly name: string;
  /** Neither is called for to succeed: a `Tool`, and how it is called. */
  readonly push: (credentials: SignInWith, repository: string) => Promise<Call>;
  readonly pull: (credentials: SignInWith, repository: string) => Promise<Call>;
}

/** A call that has still to be made. */
export type Call = readonly [tool: Tool, ...args: string[]];

export interface CredentialClientsOptions {
  /** localhost:port */
  readonly host: string;
  /** Of the administrator. */
  readonly password: string;
  /** An OCI layout with the tag `latest`, which is what is pushed. */
  readonly layout: string;
}

/**
 * Gets docker, containerd, podman, skopeo, crane, regctl, oras and helm ready, each with credentials in place of a login.
 * They push to the tag `1` of a repository, and pull that.
 */
export async function credentialClients(
  t: CleanUp,
  { host, password, layout }: CredentialClientsOptions,
): Promise<readonly CredentialClient[]> {
  const folder = await temporaryFolder(t);
  const archive = join(folder, 'image.tar');
  await tool('skopeo')('copy', `oci:${layout}:latest`, `docker-archive:${archive}:local/app:1`);
  const [docker, podman, ctr] = await Promise.all([
    startDockerEngine(t),
    podmanFor(t, { host, password }),
    startContainerd(t),
  ]);
  await ctr('images', 'import', '--no-unpack', '--base-name', 'local/app', archive);
  await docker('load', '--input', archive);
  await podman('load', '--input', archive);
  await writeFile(join(folder, 'file'), 'content');
  await tool('helm')('create', join(folder, 'app'));
  await tool('helm')('package', join(folder, 'app'), '--version', '0.1.0', '--destination', folder);
  const as = ({ name, secret }: SignInWith): string[] => ['--plain-http', '--user', `${name}:${secret}`];
  const imageOf = (repository: string): string => `${host}/${repository}:1`;

  /** The folder with the file `config.json` that Docker's client has after a login, and others read as well. */
  async function authFolder({ name, secret }: SignInWith): Promise<string> {
    const path = await temporaryFolder(t);
    const auth = Buffer.from(`${name}:${secret}`).toString('base64');
    await writeFile(join(path, 'config.json'), JSON.stringify({ auths: { [host]: { auth } } }));
    const regctl = { hosts: { [host]: { tls: 'disabled', hostname: host, user: name, pass: secret } } };
    await writeFile(join(path, 'regctl.json'), JSON.stringify(regctl), { mode: 0o600 });
    return path;
  }
  async function with_(name: 'crane' | 'oras' | 'helm' | 'regctl', credentials: SignInWith): Promise<Tool> {
    const path = await authFolder(credentials);
    const env = {
      DOCKER_CONFIG: path,
      REGCTL_CONFIG: join(path, 'regctl.json'),
      HELM_REGISTRY_CONFIG: join(path, 'config.json'),
    };
    return tool(name, { cwd: folder, env });
  }
  const authFile = async (credentials: SignInWith): Promise<string> =>
    join(await authFolder(credentials), 'config.json');

  return [
    {
      name: 'docker',
      push: async (credentials, repository) => {
        await docker('tag', 'local/app:1', imageOf(repository));
        return [docker, '--config', await authFolder(credentials), 'push', imageOf(repository)];
      },
      pull: async (credentials, repository) => [
        docker,
        '--config',
        await authFolder(credentials),
        'pull',
        imageOf(repository),
      ],
    },
    {
      name: 'containerd',
      push: (credentials, repository) =>
        Promise.resolve([ctr, 'images', 'push', ...as(credentials), imageOf(repository), 'docker.io/local/app:1']),
      pull: (credentials, repository) =>
        Promise.resolve([ctr, 'images', 'pull', ...as(credentials), imageOf(repository)]),
    },
    {
      name: 'podman',
      push: async (credentials, repository) => [
        podman,
        'push',
        '--authfile',
        await authFile(credentials),
        'local/app:1',
        imageOf(repository),
      ],
      pull: async (credentials, repository) => [
        podman,
        'pull',
        '--authfile',
        await authFile(credentials),
        imageOf(repository),
      ],
    },
    {
      name: 'skopeo',
      push: async (credentials, repository) => [
        tool('skopeo'),
        'copy',
        '--authfile',
        await authFile(credentials),
        '--dest-tls-verify=false',
        `oci:${layout}:latest`,
        `docker://${imageOf(repository)}`,
      ],
      pull: async (credentials, repository) => [
        tool('skopeo'),
        'copy',
        '--authfile',
        await authFile(credentials),
        '--src-tls-verify=false',
        `docker://${imageOf(repository)}`,
        `oci:${await temporaryFolder(t)}:1`,
      ],
    },
    {
      name: 'crane',
      push: async (credentials, repository) => [await with_('crane', credentials), 'push', layout, imageOf(repository)],
      pull: async (credentials, repository) => [
        await with_('crane', credentials),
        'pull',
        imageOf(repository),
        join(await temporaryFolder(t), 'image.tar'),
      ],
    },
    {
      name: 'regctl',
      push: async (credentials, repository) => [
        await with_('regctl', credentials),
        'image',
        'copy',
        `ocidir://${layout}:latest`,
        imageOf(repository),
      ],
      pull: async (credentials, repository) => [
        await with_('regctl', credentials),
        'image',
        'copy',
        imageOf(repository),
        `ocidir://${await temporaryFolder(t)}:1`,
      ],
    },
    {
      name: 'oras',
      push: async (credentials, repository) => [
        await with_('oras', credentials),
        'push',
        imageOf(repository),
        'file:text/plain',
      ],
      pull: async (credentials, repository) => [
        await with_('oras', credentials),
        'pull',
        '--output',
        await temporaryFolder(t),
        imageOf(repository),
      ],
    },
    {
      name: 'helm',
      push: async (credentials, repository) => [
        await with_('helm', credentials),
        'push',
        '--plain-http',
        'app-0.1.0.tgz',
        `oci://${host}/${repository}`,
      ],
      pull: async (credentials, repository) => [
        await with_('helm', credentials),
        'pull',
        '--plain-http',
        '--destination',
        await temporaryFolder(t),
        '--version',
        '0.1.0',
        `oci://${host}/${repository}/app`,
      ],
    },
  ];
}
