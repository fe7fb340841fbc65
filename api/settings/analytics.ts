import { readSettings } from '../../settings/settings.ts';
import { makeUsageReport } from '../../settings/usage-report.ts';
import type { SettingsDeps, ApiInstance } from '../http/instance.ts';

/** `/api/v0/meta/analytics/preview`: the report that the job `analytics_report` would send now, and whether it would. */
export function analyticsRoutes(app: ApiInstance, { pool, publicUrl, analyticsUrl }: SettingsDeps): void {
  app.get('/api/v0/meta/analytics/preview', { config: { access: 'system-admin' } }, async () => {
    const { reportAnalytics, anonymizeAnalytics } = await readSettings(pool);
    return {
      isOn: reportAnalytics && analyticsUrl !== undefined,
      url: analyticsUrl ?? null,
      report: await makeUsageReport(pool, { isAnonymous: anonymizeAnalytics, publicUrl }),
    };
  });
}
