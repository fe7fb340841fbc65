import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConformanceReport, FailedCase } from './report.ts';

/** The registry that a suite tests. */
export interface ConformanceTarget {
  /** host:port, spoken to over plain HTTP. */
  readonly host: string;
  readonly username: string;
  readonly password: string;
  /** The suite pushes to both of them. */
  readonly repositories: readonly [string, string];
}

/** A version of the specification, as the suite names it. */
export type SpecVersion = '1.1' | 'dev';

/** How a conformance suite is called, and how its answer is read. */
export interface ConformanceSuite {
  readonly args: readonly string[];
  /** Of the registry that is started for it. */
  readonly registryEnv: Readonly<Record<string, string>>;
  /** @param resultsDir the folder that the suite writes its reports to */
  env(target: ConformanceTarget, resultsDir: string): Readonly<Record<string, string>>;
  /**
   * @param stdout all that the suite printed
   * @throws Error where the suite left no report
   */
  read(stdout: string, resultsDir: string): Promise<ConformanceReport>;
}

// Every switch of the suite (README of conformance/ on the main branch of opencontainers/distribution-spec).
const apis = [
  'PING',
  'PULL',
  'PUSH',
  'BLOBS_ATOMIC',
  'BLOBS_DELETE',
  'BLOBS_DIGEST_HEADER',
  'BLOBS_MOUNT_ANONYMOUS',
  'BLOBS_UPLOAD_CANCEL',
  'MANIFESTS_ATOMIC',
  'MANIFESTS_DELETE',
  'MANIFESTS_DIGEST_HEADER',
  'MANIFESTS_TAG_PARAM',
  'TAGS_ATOMIC',
  'TAGS_DELETE',
  'TAGS_LIST',
  'REFERRER',
];
const dataTypes = [
  'IMAGE',
  'INDEX',
  'INDEX_LIST',
  'SPARSE',
  'ARTIFACT',
  'SUBJECT',
  'SUBJECT_MISSING',
  'ARTIFACT_LIST',
  'SUBJECT_LIST',
  'DATA_FIELD',
  'NONDISTRIBUTABLE',
  'CUSTOM_FIELDS',
  'NO_LAYERS',
  'EMPTY_BLOB',
  'SHA512',
];

/** The suite on the main branch of the distribution specification, with everything switched on. */
export function createMainSuite(version: SpecVersion): ConformanceSuite {
  const switches = [...apis.map((name) => `OCI_API_${name}`), ...dataTypes.map((name) => `OCI_DATA_${name}`)];
  return {
    args: [],
    registryEnv: { SPARSE_MANIFESTS: 'accept' },
    env: ({ host, username, password, repositories }, resultsDir) => ({
      ...Object.fromEntries(switches.map((name) => [name, 'true'])),
      OCI_VERSION: version,
      OCI_REGISTRY: host,
      OCI_TLS: 'disabled',
      OCI_REPO1: repositories[0],
      OCI_REPO2: repositories[1],
      OCI_USERNAME: username,
      OCI_PASSWORD: password,
      OCI_RESULTS_DIR: resultsDir,
    }),
    read: async (stdout) => readMainReport(stdout),
  };
}

/** The older suite, a Go test binary, as released with version 1.1 of the specification. */
export function createLegacySuite(): ConformanceSuite {
  return {
    args: ['-test.timeout=10m', '-ginkgo.no-color'],
    registryEnv: {},
    env: ({ host, username, password, repositories }, resultsDir) => ({
      OCI_ROOT_URL: `http://${host}`,
      OCI_NAMESPACE: repositories[0],
      OCI_CROSSMOUNT_NAMESPACE: repositories[1],
      OCI_USERNAME: username,
      OCI_PASSWORD: password,
      OCI_TEST_PULL: '1',
      OCI_TEST_PUSH: '1',
      OCI_TEST_CONTENT_DISCOVERY: '1',
      OCI_TEST_CONTENT_MANAGEMENT: '1',
      OCI_AUTOMATIC_CROSSMOUNT: '1',
      OCI_REPORT_DIR: resultsDir,
    }),
    read: async (_stdout, resultsDir) => {
      const text = await readFile(join(resultsDir, 'junit.xml'), 'utf8').catch((error: unknown) => {
        throw new Error('the suite left no junit.xml', { cause: error });
      });
      return readLegacyReport(text);
    },
  };
}

function readMainReport(stdout: string): ConformanceReport {
  const count = (status: string): number => {
    const digits = new RegExp(`^  ${status}\\.*: +(\\d+)$`, 'm').exec(stdout)?.[1];
    if (digits === undefined) throw new Error(`the suite printed no count of ${status}`);
    return Number(digits);
  };
  const cases: FailedCase[] = [];
  let isFailed = false;
  const [tree = ''] = stdout.split('\nConfiguration:\n');
  for (const line of tree.split('\n')) {
    const [, name, status] = /^ *(\S.*): (Pass|FAIL|Error|Skip|Disabled|Unknown)$/.exec(line) ?? [];
    const last = cases.at(-1);
    if (name !== undefined && status !== undefined) {
      isFailed = status !== 'Pass';
      if (isFailed) cases.push({ name, status, message: '' });
    } else if (isFailed && last) {
      cases[cases.length - 1] = { ...last, message: `${last.message}${line.trim().replace(/^- /, '')}\n` };
    }
  }
  return {
    counts: {
      pass: count('Pass'),
      fail: count('FAIL'),
      error: count('Error'),
      skip: count('Skip'),
      disabled: count('Disabled'),
    },
    // A group fails with any of its cases, and says nothing more than they do.
    failedCases: cases
      .filter(({ name }) => !cases.some((other) => other.name.startsWith(`${name}/`)))
      .map((failed) => ({ ...failed, message: failed.message.trimEnd() })),
  };
}

// Of two ways to set up or to answer, the suite checks the one that it meets, and skips the other.
const legacyAlternatives: Readonly<Record<string, string>> = {
  'Pull Setup Get tag name from environment': 'Pull Setup Populate registry with test manifest',
  'Push Cross-Repository Blob Mount Cross-mounting of nonexistent blob should yield session id':
    'Push Cross-Repository Blob Mount GET request to test digest within cross-mount namespace should return 200',
  'Push Cross-Repository Blob Mount Cross-mounting without from, and automatic content discovery disabled should return a 202':
    'Push Cross-Repository Blob Mount Cross-mounting without from, and automatic content discovery enabled should return a 201',
  'Content Discovery Setup Populate registry with test tags (no push)':
    'Content Discovery Setup Populate registry with test tags',
};

function readLegacyReport(junit: string): ConformanceReport {
  const cases = [...junit.matchAll(/<testcase ([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs)].map(
    ([, tag = '', body = '']) => ({
      name: attributeOf(tag, 'name'),
      status: attributeOf(tag, 'status'),
      message: attributeOf(/<(?:failure|error|skipped) ([^>]*)>/.exec(body)?.[1] ?? '', 'message'),
    }),
  );
  // Reports and set-ups are cases to JUnit, and none to the suite.
  const specs = cases.filter(({ name }) => !/^\[(?:Report|Before|After)/.test(name));
  const passed = new Set(specs.filter(({ status }) => status === 'passed').map(({ name }) => shortName(name)));
  const isAlternative = ({ name, status }: FailedCase): boolean =>
    status === 'skipped' && passed.has(legacyAlternatives[shortName(name)] ?? '');
  const failedCases = specs.filter((spec) => spec.status !== 'passed' && !isAlternative(spec));
  const countOf = (...statuses: readonly string[]): number =>
    failedCases.filter(({ status }) => statuses.includes(status)).length;
  const fail = countOf('failed');
  const skip = countOf('skipped', 'pending');
  return {
    counts: {
      pass: specs.filter(({ status }) => status === 'passed').length,
      fail,
      error: failedCases.length - fail - skip,
      skip,
      disabled: specs.filter(isAlternative).length,
    },
    failedCases,
  };
}

function shortName(name: string): string {
  return name.replace('OCI Distribution Conformance Tests ', '');
}

function attributeOf(tag: string, name: string): string {
  const text = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
  return text
    .replaceAll(/&#x([0-9A-Fa-f]+);/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}
