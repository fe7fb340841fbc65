// Runs a conformance suite of the OCI distribution specification against a registry of its own:
// `npm run conformance -- --binary PATH [--spec 1.1|dev] [--legacy] [--results FOLDER]`.
import { access, chmod, constants, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '../../local/postgres.ts';
import { run } from '../../local/process.ts';
import { temporaryDataDir } from '../e2e/jobrunner-process.ts';
import { startRegistryProcess, type RegistryProcess } from '../e2e/registry-process.ts';
import type { CleanUp } from '../support/clean-up.ts';
import { endWithProcess } from '../support/end-with-process.ts';
import { formatReport, isClean, type ConformanceReport } from './report.ts';
import { createLegacySuite, createMainSuite, type ConformanceSuite } from './suites.ts';

const usage = `Usage: npm run conformance -- --binary PATH [--spec 1.1|dev] [--legacy] [--results FOLDER]
Starts a registry in a temporary folder and runs a conformance suite of the OCI distribution specification against it,
with everything switched on. The suite is brought by you: a program built from conformance/ of
github.com/opencontainers/distribution-spec.

  --binary PATH      the suite: of the main branch, made by "go build"
  --spec 1.1|dev     the version to test against (default: 1.1)
  --legacy           the suite is the older one of the tag v1.1.1, made by "go test -c"
  --results FOLDER   keeps the reports that the suite writes (default: they are removed)`;

const suiteTimeoutMs = 15 * 60_000;

interface Options {
  readonly binary: string;
  readonly suite: ConformanceSuite;
  readonly resultsDir: string | undefined;
}

class UsageError extends Error {}

/** Ends with the exit code: 0 where the run is clean, 1 where it is not, 2 where it was called wrongly. */
async function main(): Promise<number> {
  let options: Options | undefined;
  try {
    options = await readOptions();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    return 2;
  }
  if (!options) {
    console.log(usage);
    return 0;
  }
  const report = await runSuite(options);
  console.log(formatReport(report));
  return isClean(report) ? 0 : 1;
}

/** @returns undefined where only help was asked for */
async function readOptions(): Promise<Options | undefined> {
  const { values } = parse();
  if (values.help) return undefined;
  const { binary, spec = '1.1', legacy = false, results } = values;
  if (binary === undefined) throw new UsageError('--binary is missing: the path of the suite');
  if (spec !== '1.1' && spec !== 'dev') throw new UsageError(`--spec is "${spec}", and must be 1.1 or dev`);
  if (legacy && values.spec === 'dev') throw new UsageError('--legacy knows version 1.1 only: leave out --spec dev');
  const path = resolve(binary);
  await access(path, constants.X_OK).catch(() => {
    throw new UsageError(`--binary ${path} is no program that can be run`);
  });
  const suite = legacy ? createLegacySuite() : createMainSuite(spec);
  return { binary: path, suite, resultsDir: results === undefined ? undefined : resolve(results) };
}

function parse() {
  try {
    return parseArgs({
      options: {
        help: { type: 'boolean', short: 'h' },
        binary: { type: 'string' },
        spec: { type: 'string' },
        legacy: { type: 'boolean' },
        results: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

async function runSuite({ binary, suite, resultsDir }: Options): Promise<ConformanceReport> {
  await using stack = new AsyncDisposableStack();
  const cleanUp: CleanUp = { after: (close) => stack.defer(() => (close as () => unknown)() as Promise<void>) };
  const registry = await startRegistry(cleanUp, suite.registryEnv);
  const folder = await mkdtemp(join(tmpdir(), 'jobrunner-conformance-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const { host, password } = registry;
  const repositories = ['admin/conformance-1', 'admin/conformance-2'] as const;
  const env = suite.env({ host, username: 'admin', password, repositories }, folder);
  const { code, stdout, stderr } = await run(binary, suite.args, {
    cwd: folder,
    env: { ...withoutSuiteSettings(process.env), ...env },
    timeoutMs: suiteTimeoutMs,
  });
  if (stderr) console.error(stderr.trim());
  if (code === null) throw new Error(`the suite did not run to its end within ${suiteTimeoutMs} ms`);
  if (resultsDir !== undefined) await cp(folder, resultsDir, { recursive: true });
  const report = await suite.read(stdout, folder);
  // What the suite counts and what it ends with have to agree.
  if (isClean(report) && code !== 0) throw new Error(`the suite reports no failure and ended with exit code ${code}`);
  return report;
}

async function startRegistry(cleanUp: CleanUp, env: Readonly<Record<string, string>>): Promise<RegistryProcess> {
  const dataDir = await temporaryDataDir(cleanUp);
  // Root's PostgreSQL runs as another user, who has to get there.
  await chmod(dataDir, 0o711);
  const postgres = await startPostgres({ dataDir, onProgress: () => undefined });
  const forget = endWithProcess(() => postgres.kill());
  cleanUp.after(async () => {
    await postgres.stop();
    forget();
  });
  return startRegistryProcess(cleanUp, postgres.url, env);
}

/** What the caller has set for a suite of its own must not change what is tested. */
function withoutSuiteSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('OCI_')));
}

process.exitCode = await main();
