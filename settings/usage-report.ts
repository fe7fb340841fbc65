import packageJson from '../package.json' with { type: 'json' };
import type { Queryable } from '../database/pool.ts';
import type { JobStatus } from '../jobs/records/status.ts';

/** What is reported of the use of an installation: totals and, unless it is anonymous, names. */
export interface UsageReport {
  /** A random id, by which reports of one installation belong together. */
  readonly installation: string;
  readonly version: string;
  readonly generatedAt: Date;
  readonly isAnonymous: boolean;
  /** Only where it is not anonymous. */
  readonly names?: { readonly publicUrl: string; readonly organizations: readonly string[] };
  readonly totals: Readonly<Record<TotalName, number>>;
  /** The totals that are estimates: those of large tables. */
  readonly estimated: readonly TotalName[];
  /** Of the last jobs that ended: 20,000 of the last 7 days at the most. */
  readonly jobs: readonly JobStatistics[];
}

export interface JobStatistics {
  readonly action: string;
  readonly status: JobStatus;
  readonly count: number;
  /** From start to end; null: none of them was started. */
  readonly meanSeconds: number | null;
}

const tables = {
  users: 'accounts.accounts WHERE NOT is_org',
  organizations: 'accounts.accounts WHERE is_org',
  teams: 'accounts.teams',
  repositories: 'registry.repositories',
  tags: 'registry.tags',
  manifests: 'registry.manifests',
  blobs: 'registry.blobs',
  events: 'registry.events',
  jobs: 'jobs.jobs',
} as const;
type TotalName = keyof typeof tables | 'blobBytes';

/** As many rows as are counted one by one; of larger tables PostgreSQL's own estimate will do. */
const maxCounted = 20_000;
const maxOrganizations = 1_000;

/**
 * Makes the report, the same for whoever looks at it and for whoever it is sent to. It costs the same however many rows
 * there are: what is large is estimated, by the row count that VACUUM keeps and the mean size of a sample of blobs.
 */
export async function makeUsageReport(
  q: Queryable,
  { isAnonymous, publicUrl }: { isAnonymous: boolean; publicUrl: string },
): Promise<UsageReport> {
  const totals = {} as Record<TotalName, number>;
  const estimated: TotalName[] = [];
  for (const [name, from] of Object.entries(tables) as [keyof typeof tables, string][]) {
    const { count, isEstimate } = await countRows(q, from);
    totals[name] = count;
    if (isEstimate) estimated.push(name);
  }
  totals.blobBytes = await sumBlobs(q, estimated.includes('blobs') ? totals.blobs : undefined);
  if (estimated.includes('blobs')) estimated.push('blobBytes');
  const { rows } = await q.query<{ id: string; now: Date }>('SELECT id, now() AS now FROM jobs.installation');
  return {
    installation: rows[0]?.id ?? '',
    version: packageJson.version,
    generatedAt: rows[0]?.now ?? new Date(),
    isAnonymous,
    ...(!isAnonymous && { names: { publicUrl, organizations: await organizationNames(q) } }),
    totals,
    estimated,
    jobs: await jobStatistics(q),
  };
}

async function countRows(q: Queryable, from: string): Promise<{ count: number; isEstimate: boolean }> {
  const table = from.split(' ')[0];
  const { rows } = await q.query<{ counted: number; estimate: number }>(
    `SELECT (SELECT count(*) FROM (SELECT FROM ${from} LIMIT $1 + 1) few) AS counted, reltuples AS estimate
     FROM pg_class WHERE oid = $2::regclass`,
    [maxCounted, table],
  );
  const { counted = 0, estimate = 0 } = rows[0] ?? {};
  if (counted <= maxCounted) return { count: counted, isEstimate: false };
  return { count: Math.max(counted, Math.round(estimate)), isEstimate: true };
}

/** @param estimatedCount how many blobs there are, where they are too many to add up */
async function sumBlobs(q: Queryable, estimatedCount: number | undefined): Promise<number> {
  const percent = estimatedCount === undefined ? 100 : (100 * maxCounted) / estimatedCount;
  const { rows } = await q.query<{ sum: number; mean: number }>(
    `SELECT coalesce(sum(size_bytes), 0)::bigint AS sum, coalesce(avg(size_bytes), 0)::float8 AS mean
     FROM registry.blobs TABLESAMPLE SYSTEM ($1)`,
    [percent],
  );
  const { sum = 0, mean = 0 } = rows[0] ?? {};
  return estimatedCount === undefined ? sum : Math.round(mean * estimatedCount);
}

async function organizationNames(q: Queryable): Promise<string[]> {
  const { rows } = await q.query<{ name: string }>(
    'SELECT name FROM accounts.accounts WHERE is_org ORDER BY name LIMIT $1',
    [maxOrganizations],
  );
  return rows.map(({ name }) => name);
}

async function jobStatistics(q: Queryable): Promise<JobStatistics[]> {
  const { rows } = await q.query<JobStatistics>(
    `SELECT action, status, count(*) AS count,
            round(avg(extract(epoch FROM ended_at - started_at)), 3)::float8 AS "meanSeconds"
     FROM (SELECT action, status, started_at, ended_at FROM jobs.jobs
           WHERE ended_at > now() - interval '7 days' ORDER BY ended_at DESC LIMIT $1) ended
     GROUP BY action, status ORDER BY action, status`,
    [maxCounted],
  );
  return rows;
}
