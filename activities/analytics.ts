import { cancellationSignal } from '@temporalio/activity';
import type pg from 'pg';
import { readSettings } from '../settings/settings.ts';
import { makeUsageReport } from '../settings/usage-report.ts';
import type { OutboundClient } from '../outbound/client.ts';
import { OutboundError, RefusedAddressError } from '../outbound/errors.ts';
import { failed, refused } from './failures.ts';
import { keepHeartbeating } from './heartbeat.ts';
import type { JobLog } from './job-log.ts';
import { currentJobId } from './job-record.ts';

export interface AnalyticsDeps {
  readonly pool: pg.Pool;
  readonly outbound: OutboundClient;
  readonly jobLog: JobLog;
  /** Where reports go; undefined: nowhere. */
  readonly analyticsUrl: string | undefined;
  readonly publicUrl: string;
}

export interface ReportOutcome {
  /** `off`: the setting `reportAnalytics` is false, or there is no ANALYTICS_URL. */
  readonly outcome: 'sent' | 'off';
  /** HTTP status of the receiver. */
  readonly status?: number;
  readonly sizeBytes?: number;
}

/** The activity of `analytics_report`. */
export function createAnalyticsActivities({ pool, outbound, jobLog, analyticsUrl, publicUrl }: AnalyticsDeps) {
  return {
    /**
     * Sends what `GET /api/v0/meta/analytics/preview` shows, if an administrator wants that.
     *
     * @throws ApplicationFailure ANALYTICS_REFUSED (final) or ANALYTICS_FAILED (tried again)
     */
    async sendAnalyticsReport(): Promise<ReportOutcome> {
      using _heartbeat = keepHeartbeating(() => ({ phase: 'sending' }));
      const { reportAnalytics, anonymizeAnalytics } = await readSettings(pool);
      if (!reportAnalytics || analyticsUrl === undefined) {
        const reason = reportAnalytics ? 'ANALYTICS_URL is not set' : 'the setting reportAnalytics is false';
        await jobLog.write('info', `nothing is sent: ${reason}`);
        return { outcome: 'off' };
      }
      const body = JSON.stringify(await makeUsageReport(pool, { isAnonymous: anonymizeAnalytics, publicUrl }));
      const url = new URL(analyticsUrl);
      const response = await outbound
        .send({
          url,
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'user-agent': 'jobrunner-analytics',
            // The same for every attempt: by it a receiver knows a report that it has seen.
            'x-jobrunner-delivery': currentJobId(),
          },
          body,
          skipTlsVerification: false,
          signal: cancellationSignal(),
        })
        .catch((error: unknown) => {
          if (!(error instanceof OutboundError)) throw error;
          const message = `${url.origin}: ${error.message}`;
          throw error instanceof RefusedAddressError && error.isLiteral
            ? refused('ANALYTICS_REFUSED', message)
            : failed('ANALYTICS_FAILED', message);
        });
      const { status } = response;
      const sizeBytes = Buffer.byteLength(body);
      if (status >= 200 && status < 300) {
        await jobLog.write('info', 'sent', { status, sizeBytes });
        return { outcome: 'sent', status, sizeBytes };
      }
      const message = `${url.origin} answered ${status}`;
      throw status < 500 && status !== 408 && status !== 429
        ? refused('ANALYTICS_REFUSED', message)
        : failed('ANALYTICS_FAILED', message);
    },
  };
}
