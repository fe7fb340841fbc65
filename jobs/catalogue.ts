import { taskQueues, type TaskQueue } from '../workflows/shared/task-queues.ts';

/** A parameter of a job action. Values are strings in the API; `pattern` says which. */
export interface ActionParameter {
  readonly type: 'string';
  readonly pattern: string;
  readonly description: string;
  readonly default?: string;
}

/** One job action: all that API, dispatcher, schedules and documentation need to know of it. */
export interface Action {
  /** Its name in the API, and the type of its workflow. */
  readonly name: string;
  readonly aliases: readonly string[];
  /** One sentence: what it does. */
  readonly description: string;
  /** What an operator should know before stopping it. */
  readonly stopAdvice: string;
  readonly parameters: Readonly<Record<string, ActionParameter>>;
  readonly requiredParameters: readonly string[];
  /** Where its workflow tasks run. */
  readonly taskQueue: TaskQueue;
  /** 1, first, to 5, last (design, section 6). */
  readonly priority: 1 | 2 | 3 | 4 | 5;
}

const uuidPattern = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
const dryRun = {
  type: 'string',
  pattern: '^(true|false)$',
  description: 'only tell what would go',
  default: 'false',
} as const satisfies ActionParameter;

/** Every job action of this version. */
export const actions: readonly Action[] = [
  {
    name: 'webhook',
    aliases: [],
    description: 'Sends one event to one webhook subscription.',
    stopAdvice: 'Safe to cancel: the event is then not delivered. Safe to reset: the receiver may get it twice.',
    parameters: {
      eventID: { type: 'string', pattern: uuidPattern, description: 'the event to deliver' },
      webhookID: { type: 'string', pattern: uuidPattern, description: 'the subscription to deliver it to' },
      type: { type: 'string', pattern: '^[A-Z_]{1,40}$', description: 'the kind of event, for people' },
    },
    requiredParameters: ['eventID', 'webhookID'],
    taskQueue: taskQueues.control,
    priority: 1,
  },
  {
    name: 'onlinegc_blobs',
    aliases: [],
    description: 'Deletes blobs that no manifest names, while clients push and pull.',
    stopAdvice: 'Safe to cancel, terminate or reset at any time: what is left is done by the next run.',
    parameters: {
      dryRun,
      batchSize: {
        type: 'string',
        pattern: '^([1-9][0-9]{0,2}|1000)$',
        description: 'blobs per transaction, 1 to 1000',
        default: '1000',
      },
    },
    requiredParameters: [],
    taskQueue: taskQueues.control,
    priority: 5,
  },
  {
    name: 'upload_purge',
    aliases: [],
    description: 'Removes uploads that nobody has written to for UPLOAD_EXPIRY, and pieces of uploads that are gone.',
    stopAdvice: 'Safe to cancel, terminate or reset at any time: what is left is done by the next run.',
    parameters: {
      dryRun,
      batchSize: {
        type: 'string',
        pattern: '^([1-9][0-9]{0,2}|1000)$',
        description: 'uploads per page, 1 to 1000',
        default: '1000',
      },
    },
    requiredParameters: [],
    taskQueue: taskQueues.control,
    priority: 5,
  },
  {
    name: 'ldap_sync',
    aliases: [],
    description: 'Brings accounts and teams in line with the LDAP directory.',
    stopAdvice: 'Safe to cancel, terminate or reset at any time: what is left is done by the next run.',
    parameters: {
      dryRun: {
        type: 'string',
        pattern: '^(true|false)$',
        description: 'only tell what would change',
        default: 'false',
      },
      maxDeactivatedPercent: {
        type: 'string',
        pattern: '^([0-9]|[1-9][0-9]|100)$',
        description: 'fail, and make nobody inactive, where more of the imported accounts than that are gone',
        default: '20',
      },
    },
    requiredParameters: [],
    taskQueue: taskQueues.control,
    priority: 3,
  },
  {
    name: 'sleep',
    aliases: [],
    description: 'Sleeps, to try out jobs.',
    stopAdvice: 'Safe to cancel, terminate or reset at any time.',
    parameters: {
      seconds: { type: 'string', pattern: '^[0-9]{1,6}$', description: 'how long to sleep', default: '60' },
    },
    requiredParameters: [],
    taskQueue: taskQueues.control,
    priority: 3,
  },
  {
    name: 'false',
    aliases: [],
    description: 'Always fails, to try out retries and alerts.',
    stopAdvice: 'Safe to cancel, terminate or reset at any time.',
    parameters: {},
    requiredParameters: [],
    taskQueue: taskQueues.control,
    priority: 3,
  },
];

const byName = new Map(actions.flatMap((action) => [action.name, ...action.aliases].map((name) => [name, action])));

/** The action of this name or alias, or undefined where there is none. */
export function findAction(name: string): Action | undefined {
  return byName.get(name);
}
