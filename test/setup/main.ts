// Brings what the tests need beyond npm, once: `npm run setup`.
import { goInstall, hasGo } from '../../local/go-install.ts';
import { createProgress } from '../../local/progress.ts';
import { findPinnedTemporal, installTemporal } from '../../local/temporal-binary.ts';
import { aptInstall, aptInstallStopped } from './apt.ts';
import { hasBaseImage, makeBaseImage } from './base-image.ts';
import { findTool, goModules, recordMissing, tools, type ToolName } from './tools.ts';

const startedMs = performance.now();
const progress = createProgress((line) => console.log(line));
const onProgress = (message: string): void => progress.note(message);
const reasons: Partial<Record<ToolName, string>> = {};

// The compiler does not receive the terminal's Ctrl-C; it has to be ended.
const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => {
    interrupted.abort();
    process.exit(1);
  });
}

// One waits for the network and the disk most of the time, the other for the processor.
await Promise.all([bringPackages(), bringPrograms()]);

recordMissing(reasons);
const isWhole = Object.keys(reasons).length === 0;
if (isWhole) console.log(`everything that the tests need is there (${seconds()} s)`);
// A run that is there to prove something must not leave things out.
else if (process.env['CI'] === 'true') process.exitCode = 1;

/** What the distribution has. One after the other: apt takes one call at a time. */
async function bringPackages(): Promise<void> {
  await bring('skopeo', () => aptInstall(['skopeo']));
  await bring('podman', () => aptInstall(['podman']));
  await bring('dockerd', () => aptInstall(['docker.io']));
  // With the engine, or, in newer distributions, beside it.
  await bring('docker', () => aptInstall(['docker-cli']));
  await bring('containerd', () => aptInstall(['containerd']));
  await bring('ctr', () => aptInstall(['containerd']));
  if (!hasBaseImage()) await bring('debootstrap', () => aptInstall(['debootstrap']));
  await bring('base-image', makeBaseImage, hasBaseImage);
  await bring('nginx', () => aptInstallStopped(['nginx']));
  await bring('slapd', () => aptInstallStopped(['slapd', 'ldap-utils']));
  await bring('openssl', () => aptInstall(['openssl']));
  await bring('chromium', () => aptInstall(['chromium']));
  await bring('prometheus', () => aptInstallStopped(['prometheus']));
  await bring('promtool', () => aptInstallStopped(['prometheus']));
  await bring('initdb', () => aptInstallStopped(['postgresql']));
  await bring('notary', () => aptInstallStopped(['notary']));
  await bring('notary-server', () => aptInstallStopped(['notary']));
}

/** What is compiled or downloaded. */
async function bringPrograms(): Promise<void> {
  for (const [name, module] of Object.entries(goModules)) {
    await bring(name as keyof typeof goModules, () => compile(module));
  }
  await bring(
    'temporal',
    async () => {
      await installTemporal({ onProgress, signal: interrupted.signal });
    },
    // One of another version is as good as none.
    async () => (await findPinnedTemporal()) !== undefined,
  );
}

async function bring(
  name: ToolName,
  install: () => Promise<void>,
  isThere: () => boolean | Promise<boolean> = () => findTool(name) !== undefined,
): Promise<void> {
  if (await isThere()) return;
  progress.note(`bringing ${name}`);
  try {
    await progress.step(name, install);
    if (!(await isThere())) throw new Error('it is still not there');
  } catch (error) {
    const reason = (error as Error).message;
    reasons[name] = reason;
    console.error(`✗ ${name} cannot be had: ${reason}. Left out: ${tools[name]}`);
  }
}

async function compile(module: string): Promise<void> {
  if (!(await hasGo())) throw new Error('it is compiled by Go, and this machine has no Go toolchain');
  await goInstall({ module, onProgress, signal: interrupted.signal });
}

function seconds(): string {
  return ((performance.now() - startedMs) / 1000).toFixed(1);
}
