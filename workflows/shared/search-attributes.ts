import { defineSearchAttributeKey } from '@temporalio/common';

/**
 * The search attributes of every job. PostgreSQL visibility allows 10 Keyword attributes and 3 of
 * every other type in a namespace.
 */
export const searchAttributes = {
  jobAction: defineSearchAttributeKey('JobAction', 'KEYWORD'),
  jobTrigger: defineSearchAttributeKey('JobTrigger', 'KEYWORD'),
  repository: defineSearchAttributeKey('Repository', 'KEYWORD'),
  namespace: defineSearchAttributeKey('Namespace', 'KEYWORD'),
  jobPhase: defineSearchAttributeKey('JobPhase', 'KEYWORD'),
  requestedBy: defineSearchAttributeKey('RequestedBy', 'KEYWORD'),
  dryRun: defineSearchAttributeKey('DryRun', 'BOOL'),
  itemsDone: defineSearchAttributeKey('ItemsDone', 'INT'),
} as const;
