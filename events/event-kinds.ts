/** The kinds of event of images and tags, under the names of MSR's webhooks. */
const imageEventKinds = [
  'TAG_PUSH',
  'TAG_PULL',
  'TAG_DELETE',
  'MANIFEST_PUSH',
  'MANIFEST_PULL',
  'MANIFEST_DELETE',
] as const;
export type ImageEventKind = (typeof imageEventKinds)[number];

/** What webhooks call the events of a repository itself; one of type `REPO_EVENT` gets all three. */
const repositoryWebhookTypes = {
  REPOSITORY_CREATE: 'REPO_CREATED',
  REPOSITORY_UPDATE: 'REPO_UPDATED',
  REPOSITORY_DELETE: 'REPO_DELETED',
} as const;
type RepositoryEventKind = keyof typeof repositoryWebhookTypes;
export type RepositoryWebhookType = (typeof repositoryWebhookTypes)[RepositoryEventKind];

/**
 * The types of webhook in this version, under the names of MSR (https://docs.mirantis.com/msr/3.1/ops/manage-webhooks.html).
 * Those of promotion, mirroring, scans and charts come with what they tell of.
 */
export const webhookTypes = [
  ...imageEventKinds,
  'REPO_EVENT',
  'REPO_CREATED',
  'REPO_UPDATED',
  'REPO_DELETED',
] as const satisfies readonly (ImageEventKind | RepositoryWebhookType | 'REPO_EVENT')[];
export type WebhookType = (typeof webhookTypes)[number];

/** The types of webhook that an event of a kind is delivered to; of most kinds none. */
export function webhookTypesOf(kind: EventKind): readonly WebhookType[] {
  const image = imageEventKinds.find((candidate) => candidate === kind);
  if (image) return [image];
  const type = repositoryWebhookType(kind);
  return type ? ['REPO_EVENT', type] : [];
}

/** What webhooks call an event of a repository itself; undefined for all others. */
export function repositoryWebhookType(kind: EventKind): RepositoryWebhookType | undefined {
  return kind in repositoryWebhookTypes ? repositoryWebhookTypes[kind as RepositoryEventKind] : undefined;
}

/**
 * Every kind of event, with the type and the type of object under which the API shows it: MSR's, but for the types of object
 * of accounts, tokens, jobs and settings, which are ours.
 */
export const eventKinds = {
  TAG_PUSH: { type: 'CREATE', objectType: 'TAG' },
  TAG_PULL: { type: 'GET', objectType: 'TAG' },
  TAG_DELETE: { type: 'DELETE', objectType: 'TAG' },
  MANIFEST_PUSH: { type: 'CREATE', objectType: 'MANIFEST' },
  MANIFEST_PULL: { type: 'GET', objectType: 'MANIFEST' },
  MANIFEST_DELETE: { type: 'DELETE', objectType: 'MANIFEST' },
  REPOSITORY_CREATE: { type: 'CREATE', objectType: 'REPOSITORY' },
  REPOSITORY_UPDATE: { type: 'UPDATE', objectType: 'REPOSITORY' },
  REPOSITORY_DELETE: { type: 'DELETE', objectType: 'REPOSITORY' },
  TEAM_ACCESS_UPDATE: { type: 'UPDATE', objectType: 'TEAM_ACCESS' },
  TEAM_ACCESS_DELETE: { type: 'DELETE', objectType: 'TEAM_ACCESS' },
  WEBHOOK_CREATE: { type: 'CREATE', objectType: 'WEBHOOK' },
  WEBHOOK_UPDATE: { type: 'UPDATE', objectType: 'WEBHOOK' },
  WEBHOOK_TEST: { type: 'SEND', objectType: 'WEBHOOK' },
  WEBHOOK_DELETE: { type: 'DELETE', objectType: 'WEBHOOK' },
  ACCOUNT_CREATE: { type: 'CREATE', objectType: 'ACCOUNT' },
  ACCOUNT_UPDATE: { type: 'UPDATE', objectType: 'ACCOUNT' },
  ACCOUNT_DELETE: { type: 'DELETE', objectType: 'ACCOUNT' },
  PASSWORD_CHANGE: { type: 'UPDATE', objectType: 'PASSWORD' },
  MEMBER_UPDATE: { type: 'UPDATE', objectType: 'MEMBER' },
  MEMBER_DELETE: { type: 'DELETE', objectType: 'MEMBER' },
  TEAM_CREATE: { type: 'CREATE', objectType: 'TEAM' },
  TEAM_UPDATE: { type: 'UPDATE', objectType: 'TEAM' },
  TEAM_DELETE: { type: 'DELETE', objectType: 'TEAM' },
  TEAM_MEMBER_UPDATE: { type: 'UPDATE', objectType: 'TEAM_MEMBER' },
  TEAM_MEMBER_DELETE: { type: 'DELETE', objectType: 'TEAM_MEMBER' },
  MEMBER_SYNC_UPDATE: { type: 'UPDATE', objectType: 'MEMBER_SYNC' },
  ROBOT_CREATE: { type: 'CREATE', objectType: 'ROBOT' },
  ROBOT_UPDATE: { type: 'UPDATE', objectType: 'ROBOT' },
  ROBOT_ROTATE: { type: 'UPDATE', objectType: 'ROBOT' },
  ROBOT_DELETE: { type: 'DELETE', objectType: 'ROBOT' },
  PUBLIC_KEY_CREATE: { type: 'CREATE', objectType: 'PUBLIC_KEY' },
  PUBLIC_KEY_DELETE: { type: 'DELETE', objectType: 'PUBLIC_KEY' },
  SESSION_CREATE: { type: 'CREATE', objectType: 'SESSION' },
  SESSION_DELETE: { type: 'DELETE', objectType: 'SESSION' },
  SIGN_IN: { type: 'CREATE', objectType: 'SIGN_IN' },
  SIGN_IN_FAILURE: { type: 'FAIL', objectType: 'SIGN_IN' },
  SIGN_IN_LOCKOUT: { type: 'FAIL', objectType: 'SIGN_IN' },
  API_TOKEN_CREATE: { type: 'CREATE', objectType: 'API_TOKEN' },
  API_TOKEN_UPDATE: { type: 'UPDATE', objectType: 'API_TOKEN' },
  API_TOKEN_DELETE: { type: 'DELETE', objectType: 'API_TOKEN' },
  JOB_CREATE: { type: 'CREATE', objectType: 'JOB' },
  JOB_PAUSE: { type: 'UPDATE', objectType: 'JOB' },
  JOB_RESUME: { type: 'UPDATE', objectType: 'JOB' },
  JOB_UPDATE: { type: 'UPDATE', objectType: 'JOB' },
  JOB_CANCEL: { type: 'UPDATE', objectType: 'JOB' },
  JOB_DELETE: { type: 'DELETE', objectType: 'JOB' },
  JOBS_CANCEL: { type: 'UPDATE', objectType: 'JOB' },
  ACTION_CONFIG_UPDATE: { type: 'UPDATE', objectType: 'ACTION_CONFIG' },
  ACTION_CONFIG_DELETE: { type: 'DELETE', objectType: 'ACTION_CONFIG' },
  QUEUE_UPDATE: { type: 'UPDATE', objectType: 'QUEUE' },
  DEPLOYMENT_UPDATE: { type: 'UPDATE', objectType: 'DEPLOYMENT' },
  CRON_UPDATE: { type: 'UPDATE', objectType: 'CRON' },
  CRON_DELETE: { type: 'DELETE', objectType: 'CRON' },
  CONTENT_CACHE_CREATE: { type: 'CREATE', objectType: 'CONTENT_CACHE' },
  CONTENT_CACHE_DELETE: { type: 'DELETE', objectType: 'CONTENT_CACHE' },
  USER_SETTINGS_UPDATE: { type: 'UPDATE', objectType: 'USER_SETTINGS' },
  SETTINGS_UPDATE: { type: 'UPDATE', objectType: 'SETTINGS' },
} as const satisfies Record<ImageEventKind | RepositoryEventKind, EventTypes> & Record<string, EventTypes>;

interface EventTypes {
  readonly type: 'CREATE' | 'GET' | 'UPDATE' | 'DELETE' | 'SEND' | 'FAIL' | 'SCAN';
  readonly objectType: string;
}

export type EventKind = keyof typeof eventKinds;

// What is in a repository, and who may do what there. A new type of such objects has to be entered here.
const repositoryObjectTypes = new Set(['REPOSITORY', 'TAG', 'MANIFEST', 'TEAM_ACCESS', 'WEBHOOK']);

/** Whether events of a kind can be about a repository: the list of its events looks for no others. */
export function isAboutRepository(kind: EventKind): boolean {
  return repositoryObjectTypes.has(eventKinds[kind].objectType);
}
