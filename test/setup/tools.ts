import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cacheBinFolders, cacheFolder } from '../../local/cache-folder.ts';
import { parseGoProgram } from '../../local/go-module.ts';
import { compiledVersion, pinnedVersion } from '../../local/temporal-binary.ts';

/** What tests need beyond npm, each with the tests that go without it where it cannot be had. */
export const tools = {
  skopeo: 'tests with skopeo',
  crane: 'tests with crane',
  regctl: 'tests with regctl',
  oras: 'tests with oras',
  helm: 'tests with helm',
  podman: 'tests with podman',
  docker: 'tests with a Docker engine',
  dockerd: 'tests with a Docker engine',
  containerd: 'tests with containerd',
  ctr: 'tests with containerd',
  debootstrap: 'nothing but the making of the base image',
  versitygw: 'tests with an S3 server',
  nginx: 'tests with NGINX in front',
  openssl: 'tests with TLS',
  chromium: 'tests with a browser',
  initdb: 'tests with a PostgreSQL that is not the embedded one, and its tools',
  notary: 'tests with a Notary server',
  'notary-server': 'tests with a Notary server',
  slapd: 'tests with an LDAP directory',
  prometheus: 'tests of the alerts',
  promtool: 'tests of the alerts',
  temporal: 'tests with a Temporal server',
  'base-image': 'tests that push a whole image',
} as const;

export type ToolName = keyof typeof tools;

/** Tools that setup compiles, each in the version that the tests are written for. */
export const goModules = {
  crane: 'github.com/google/go-containerregistry/cmd/crane@v0.20.6',
  regctl: 'github.com/regclient/regclient/cmd/regctl@v0.11.7',
  oras: 'oras.land/oras/cmd/oras@v1.3.6',
  helm: 'helm.sh/helm/v3/cmd/helm@v3.22.0',
  versitygw: 'github.com/versity/versitygw/cmd/versitygw@v1.8.0',
} as const satisfies Partial<Record<ToolName, string>>;

/** Under which names the cache has a tool, the best first; undefined: whatever version a machine has will do. */
function cachedNames(name: ToolName): string[] | undefined {
  if (name === 'temporal') return [pinnedVersion, compiledVersion].map((version) => `temporal-${version}`);
  const module = moduleOf(name);
  return module === undefined ? undefined : [parseGoProgram(module).cachedName];
}

function moduleOf(name: ToolName): string | undefined {
  return (goModules as Partial<Record<ToolName, string>>)[name];
}

/** The real image of several layers that setup has made, as an OCI layout with the tag `latest`. */
export function baseImagePath(): string {
  return join(cacheFolder(), 'images', 'base');
}

/** The path of a tool, or undefined where this machine does not have it. */
export function findTool(name: ToolName): string | undefined {
  if (name === 'base-image') return existsSync(join(baseImagePath(), 'index.json')) ? baseImagePath() : undefined;
  const pinned = cachedNames(name);
  const cached = (pinned ?? []).flatMap((file) => cacheBinFolders().map((folder) => join(folder, file)));
  return (
    cached.find(isExecutable) ??
    systemFolders()
      .map((folder) => join(folder, name))
      .find((path) => isExecutable(path) && (pinned === undefined || isPinned(name, path)))
  );
}

function systemFolders(): string[] {
  // Debian keeps the programs of administrators where not every user looks for them.
  return [
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/sbin',
    '/sbin',
    ...globSync('/usr/lib/postgresql/*/bin').toSorted().toReversed(),
  ];
}

/** Whether a program that somebody else has brought is the pinned one: by what it, or the Go toolchain, says of it. */
function isPinned(name: ToolName, path: string): boolean {
  const module = moduleOf(name);
  if (module === undefined) return output(path, '--version').includes(`version ${pinnedVersion} `);
  const [, main = '', version = ''] = /^\tmod\t(\S+)\t(\S+)/m.exec(output('go', 'version', '-m', path)) ?? [];
  return module.startsWith(`${main}/`) && module.endsWith(`@${version}`);
}

function output(command: string, ...args: readonly string[]): string {
  const { stdout, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 10_000 });
  return error ? '' : stdout;
}

/** @throws Error where this machine does not have it: a test skips by `missing` first */
export function toolPath(name: ToolName): string {
  const path = findTool(name);
  if (path === undefined) throw new Error(`${name} is missing: ${whyMissing(name)}`);
  return path;
}

/**
 * For the option `skip` of a test that needs these tools.
 *
 * @returns false where they are all there, or else the reason to leave the test out
 */
export function missing(...names: readonly ToolName[]): string | false {
  const absent = names.filter((name) => findTool(name) === undefined);
  return absent.length > 0 && absent.map((name) => `${name} is missing: ${whyMissing(name)}`).join('; ');
}

/** Keeps for the tests why setup could not bring a tool. */
export function recordMissing(reasons: Partial<Record<ToolName, string>>): void {
  mkdirSync(cacheFolder(), { recursive: true });
  writeFileSync(recordPath(), `${JSON.stringify({ missing: reasons }, undefined, 2)}\n`);
}

function whyMissing(name: ToolName): string {
  try {
    const record = JSON.parse(readFileSync(recordPath(), 'utf8')) as { missing: Partial<Record<ToolName, string>> };
    return record.missing[name] ?? 'run npm run setup';
  } catch {
    return 'run npm run setup';
  }
}

function recordPath(): string {
  return join(cacheFolder(), 'setup.json');
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
