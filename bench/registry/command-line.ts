import { parseArgs } from 'node:util';

/** What the bench is asked to do. */
export interface Options {
  readonly mode: 'compare' | 'scale' | 'memory';
  /** Names of workloads, or parts of them; empty: all. */
  readonly only: readonly string[];
  /** Further registries. */
  readonly urls: readonly { readonly name: string; readonly url: URL }[];
  /** Which of the two that the bench starts itself are left out. */
  readonly without: readonly string[];
  readonly blobConnections: number;
  readonly metadataConnections: number;
  readonly durationMs: number;
  readonly rounds: number;
  /** Tags of the large registry of `scale`. */
  readonly tags: number;
  readonly jsonPath: string | undefined;
  readonly profileDir: string | undefined;
  /** Whether Jobrunner runs behind NGINX. */
  readonly withNginx: boolean;
}

/** The command line cannot be understood. The message says what to change. */
export class UsageError extends Error {
  override name = 'UsageError';
}

const started = ['jobrunner', 'distribution'];

/** The text of `--help`. */
export const usage = `Usage: npm run bench:registry -- [options]
Measures Jobrunner, CNCF distribution and further registries side by side.

  --only NAME             only workloads whose name has NAME in it; may be repeated
  --url NAME=URL          a further registry, such as zot=http://user:password@127.0.0.1:5000; may be repeated
  --without NAME          leaves jobrunner or distribution out
  --duration SECONDS      of each measurement (default 4)
  --rounds N              measurements of each workload on each registry (default 3)
  --connections N         for blobs (default 4)
  --metadata-connections N  for all else (default 16)
  --json FILE             also writes all figures there
  --cpu-prof FOLDER       writes a CPU profile of Jobrunner there
  --nginx                 puts NGINX in front of Jobrunner
  --scale                 Jobrunner with 1,000 tags beside Jobrunner with --tags (default 1,000,000)
  --memory                100 connections push 100 MB each at once
  --help                  this text`;

/**
 * Reads the command line.
 *
 * @returns undefined where help is asked for
 * @throws UsageError
 */
export function parseCommandLine(args: readonly string[]): Options | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  if (values.scale && values.memory) throw new UsageError('give either --scale or --memory');
  const unknown = values.without.find((name) => !started.includes(name));
  if (unknown !== undefined) throw new UsageError(`--without "${unknown}" is none of ${started.join(', ')}`);
  if (values.url.length === 0 && started.every((name) => values.without.includes(name))) {
    throw new UsageError('nothing is left to measure: name a registry with --url');
  }
  return {
    mode: values.scale ? 'scale' : values.memory ? 'memory' : 'compare',
    only: values.only,
    urls: values.url.map(parseUrl),
    without: values.without,
    blobConnections: wholeNumber('connections', values.connections),
    metadataConnections: wholeNumber('metadata-connections', values['metadata-connections']),
    durationMs: wholeNumber('duration', values.duration) * 1_000,
    rounds: wholeNumber('rounds', values.rounds),
    tags: wholeNumber('tags', values.tags),
    jsonPath: values.json,
    profileDir: values['cpu-prof'],
    withNginx: values.nginx ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h' },
        only: { type: 'string', multiple: true, default: [] },
        url: { type: 'string', multiple: true, default: [] },
        without: { type: 'string', multiple: true, default: [] },
        duration: { type: 'string', default: '4' },
        rounds: { type: 'string', default: '3' },
        connections: { type: 'string', default: '4' },
        'metadata-connections': { type: 'string', default: '16' },
        tags: { type: 'string', default: '1000000' },
        json: { type: 'string' },
        'cpu-prof': { type: 'string' },
        nginx: { type: 'boolean' },
        scale: { type: 'boolean' },
        memory: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0]);
  }
}

function parseUrl(text: string): { name: string; url: URL } {
  const [, name, address] = /^([\w.-]{1,14})=(http:\/\/.+)$/.exec(text) ?? [];
  if (name === undefined || address === undefined || !URL.canParse(address)) {
    throw new UsageError(`--url "${text}" is not NAME=http://host:port with a name of at most 14 letters`);
  }
  return { name, url: new URL(address) };
}

function wholeNumber(option: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`--${option} is "${text}": give a whole number from 1`);
  return Number(text);
}
