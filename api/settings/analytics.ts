import { Type } from 'typebox';
import { readSettings } from '../../settings/settings.ts';
import { makeUsageReport } from '../../settings/usage-report.ts';
import { jobStatuses } from '../../jobs/records/status.ts';
import type { SettingsDeps, ApiInstance } from '../http/instance.ts';
import { listOf, mapOf, nullable, oneOf, Timestamp } from '../http/schemas.ts';

/** What is reported of the use of an installation. Names are there only where it is not anonymous. */
const UsageReportView = Type.Object(
  {
    installation: Type.String(),
    version: Type.String(),
    generatedAt: Timestamp,
    isAnonymous: Type.Boolean(),
    names: Type.Optional(Type.Object({ publicUrl: Type.String(), organizations: listOf(Type.String()) })),
    totals: mapOf(Type.Integer()),
    estimated: listOf(Type.String()),
    jobs: listOf(
      Type.Object({
        action: Type.String(),
        status: oneOf(jobStatuses),
        count: Type.Integer(),
        meanSeconds: nullable(Type.Number()),
      }),
    ),
  },
  { title: 'UsageReport' },
);
const PreviewView = Type.Object({ isOn: Type.Boolean(), url: nullable(Type.String()), report: UsageReportView });

/** `/api/v0/meta/analytics/preview`: the report that the job `analytics_report` would send now, and whether it would. */
export function analyticsRoutes(app: ApiInstance, { pool, publicUrl, analyticsUrl }: SettingsDeps): void {
  const schema = { summary: 'Show the report of the use', tags: ['meta'], response: { 200: PreviewView } };
  app.get('/api/v0/meta/analytics/preview', { config: { access: 'system-admin' }, schema }, async () => {
    const { reportAnalytics, anonymizeAnalytics } = await readSettings(pool);
    return {
      isOn: reportAnalytics && analyticsUrl !== undefined,
      url: analyticsUrl ?? null,
      report: await makeUsageReport(pool, { isAnonymous: anonymizeAnalytics, publicUrl }),
    };
  });
}
