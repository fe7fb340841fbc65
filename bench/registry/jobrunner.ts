import pg from 'pg';
import { embeddedPids, startJobrunner } from '../../test/e2e/jobrunner-process.ts';
import type { CleanUp } from '../../test/support/clean-up.ts';
import { createAuthorizer } from './authorize.ts';
import { type Filler, namespace, type Target } from './target.ts';

const jobTimeoutMs = 600_000;

export interface JobrunnerTarget extends Target {
  readonly fill: Filler;
  /** Of its database. */
  readonly databaseUrl: string;
  readonly dataDir: string;
  /** A token of the administrator for the API. */
  readonly apiToken: () => Promise<string>;
  /** Starts a job, and waits until it is done. */
  readonly runJob: (action: string, parameters?: Readonly<Record<string, string>>) => Promise<void>;
}

/**
 * Starts Jobrunner as `npm start` does, with PostgreSQL, Temporal and workers, on a data folder of its own, with the
 * settings of production. All of it is gone after `cleanUp`.
 *
 * @param options.profileDir where its CPU profile is written when it ends
 * @param options.withNginx whether NGINX is in front
 */
export async function startJobrunnerTarget(
  cleanUp: CleanUp,
  name: string,
  { profileDir, withNginx = false }: { readonly profileDir?: string | undefined; readonly withNginx?: boolean } = {},
): Promise<JobrunnerTarget> {
  const env = {
    GC_REVIEW_DELAY: '1h',
    GC_BLOB_LEASE: '1h',
    ...(profileDir !== undefined && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profileDir}` }),
  };
  const jobrunner = await startJobrunner(cleanUp, { env, args: withNginx ? ['--nginx'] : [] });
  const { port, password } = jobrunner;
  const { postgres, temporal } = await embeddedPids(jobrunner.dataDir);
  const url = await jobrunner.databaseUrl();
  async function runJob(action: string, parameters: Readonly<Record<string, string>> = {}): Promise<void> {
    const jobId = await jobrunner.client.startJob(action, parameters);
    await jobrunner.client.waitForJob(jobId, ['done'], jobTimeoutMs);
  }
  return {
    name,
    hostname: '127.0.0.1',
    port,
    durability: 'fsync of file and folder, PostgreSQL commit',
    pids: [jobrunner.process.pid, postgres, temporal].filter((pid) => pid !== undefined),
    authorize: createAuthorizer(jobrunner.baseUrl, { user: 'admin', password }),
    fill: createFiller(url),
    freeSpace: async () => {
      await runSql(url, `UPDATE registry.blob_reviews SET review_after = now()`, []);
      await runJob('onlinegc_blobs');
    },
    databaseUrl: url,
    apiToken: () => jobrunner.client.apiToken(),
    dataDir: jobrunner.dataDir,
    runJob,
  };
}

function createFiller(databaseUrl: string): Filler {
  return {
    tags: (repository, digest, count) =>
      runSql(
        databaseUrl,
        `INSERT INTO registry.tags (repository_id, name, manifest_id, author)
         SELECT m.repository_id, 'tag-' || lpad(i::text, 5, '0'), m.id, r.namespace
         FROM registry.repositories r JOIN registry.manifests m ON m.repository_id = r.id, generate_series(1, $4) i
         WHERE r.namespace = $1 AND r.name = $2 AND m.digest = $3 ON CONFLICT DO NOTHING`,
        [namespace, repository, digest, count],
      ),
    repositories: (count) =>
      runSql(
        databaseUrl,
        `INSERT INTO registry.repositories (namespace, name)
         SELECT $1, 'catalog-' || lpad(i::text, 5, '0') FROM generate_series(1, $2) i ON CONFLICT DO NOTHING`,
        [namespace, count],
      ),
  };
}

/** Runs a statement that may take long, and has PostgreSQL finish what it would in time: statistics, and the writing out. */
export async function runSql(databaseUrl: string, text: string, values: readonly unknown[]): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(text, [...values]);
    await client.query('VACUUM ANALYZE');
    await client.query('CHECKPOINT');
  } finally {
    await client.end();
  }
}
