import type { DomainErrorCode } from './domain-error.ts';

/**
 * How a job can fail that nobody can be refused for: the `type` of what a workflow or an activity throws. Where the domain
 * has a code for it, that is the type.
 */
export type JobFailureCode =
  | 'ACTIVITY_NOT_REGISTERED'
  | 'ALWAYS_FAILS'
  | 'ANALYTICS_FAILED'
  | 'ANALYTICS_REFUSED'
  | 'COLLECTION_FAILED'
  | 'DEADLINE_EXCEEDED'
  | 'DIRECTORY_UNAVAILABLE'
  | 'INVALID_REQUEST'
  | 'JOB_HAS_ENDED'
  | 'LDAP_NOT_CONFIGURED'
  | 'TOO_MANY_GONE'
  | 'WEBHOOK_FAILED'
  | 'WEBHOOK_REFUSED';

export type FailureCode = DomainErrorCode | JobFailureCode;
