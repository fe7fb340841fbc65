import { activityInfo } from '@temporalio/activity';
import { createAnalyticsActivities } from '../activities/analytics.ts';
import { createBlobCollectionActivities } from '../activities/blob-collection.ts';
import { createDirectorySyncActivities } from '../activities/directory-sync.ts';
import { failed } from '../activities/failures.ts';
import { createHistoryPruningActivities } from '../activities/history-pruning.ts';
import { createJobLog } from '../activities/job-log.ts';
import { createJobRecordActivities } from '../activities/job-record.ts';
import { createMetadataCollectionActivities } from '../activities/metadata-collection.ts';
import { createStorageAuditActivities } from '../activities/storage-audit.ts';
import { createUploadPurgeActivities } from '../activities/upload-purge.ts';
import { createWebhookActivities } from '../activities/webhook.ts';
import { createDirectory } from '../accounts/directory/directory.ts';
import { taskQueues } from '../jobs/task-queues.ts';
import type { WorkersDeps } from './workers.ts';

/** Every activity, by the task queue whose workers register it. Workflows take the type of this, so it says what there is. */
export function createActivities(deps: WorkersDeps) {
  const { pool } = deps;
  const jobLog = createJobLog(pool, deps.wakeFollowers);
  return {
    [taskQueues.control]: createJobRecordActivities(deps),
    [taskQueues.maintenance]: {
      ...createBlobCollectionActivities({ ...deps, jobLog }),
      ...createDirectorySyncActivities({ pool, jobLog, directory: deps.ldap && createDirectory(deps.ldap) }),
      ...createHistoryPruningActivities({ pool, jobLog }),
      ...createMetadataCollectionActivities({ ...deps, jobLog }),
      ...createStorageAuditActivities({ ...deps, jobLog }),
      ...createUploadPurgeActivities({ ...deps, jobLog }),
    },
    [taskQueues.webhook]: {
      ...createWebhookActivities({ ...deps, jobLog, firstRetryDelayMs: deps.webhookRetryDelayMs }),
      ...createAnalyticsActivities({ ...deps, jobLog }),
    },
  };
}

export type ActivitiesByQueue = ReturnType<typeof createActivities>;

/**
 * What a worker does with an activity that it does not have, as during an upgrade: it fails as one of its own would, so that
 * the log of the job says so, and is tried again, by which another worker may get it.
 *
 * @throws ApplicationFailure of type ACTIVITY_NOT_REGISTERED, always
 */
export async function unknownActivity(): Promise<never> {
  const { activityType, taskQueue } = activityInfo();
  throw failed(
    'ACTIVITY_NOT_REGISTERED',
    `this worker has no activity ${activityType} for ${taskQueue}: run workers of the version that does`,
  );
}
