import type { Limit } from '../settings/limits.ts';
import { markdownTable } from './markdown-table.ts';

const intro = `# Limits

Look up how many of each thing there may be, and change it. Each limit is a setting, from 1 to 1,000,000. This page is made
from \`settings/limits.ts\` by \`npm run docs\`.

System administrators change a limit while the program runs:

    api meta/settings -d '{"maxWebhooksPerRepository":100}'

- A limit applies to everybody, system administrators included. Requests that come at the same time cannot exceed it
  together.
- If a limit is lowered, what exists already stays.
- Beyond a limit the API answers 409 \`LIMIT_REACHED\`. \`/v2\` answers 403 \`DENIED\`, and for uploads 429 \`TOOMANYREQUESTS\`
  with \`Retry-After\`. The message names the setting.
- How fast things may be created is in [Deployment](deployment.md#limits-on-clients).`;

const outro = `## What these limits mean in practice

- **Manifests and tags** of a repository are counted whenever a new one is pushed. For 100,000 of them that takes about
  10 ms. As long as a repository is more than 1,000 below its limit, pushes to it do not wait for one another.
- **An upload** is open from its POST until its PUT. \`docker push\` opens five at a time, most other clients fewer, so the
  defaults let one robot run 200 pushes at once. When the limit is reached, uploads that nobody has written to for an hour
  are given up to make room. The job \`upload_purge\` removes all uploads that nobody has written to for \`UPLOAD_EXPIRY\`.
- **A push** creates one job for each webhook that wants its events: webhooks of the repository, of the namespace, and
  without a key. So for each kind of event, a push of one tag creates at most as many jobs as these three limits together.

## What has no limit of its own`;

const unlimited = [
  [
    'accounts and organizations',
    'only system administrators create them, and the LDAP directory or OpenID provider that they have set up',
  ],
  ['members of organizations and teams, grants to teams', 'the number of users and teams'],
  ['queues, defaults of actions', 'the number of actions'],
  ['settings of a user', 'each user has one record'],
  ['permissions of a robot, groups that are linked to a team', 'the size of the request that sets them'],
  ['bytes', 'the disk or bucket; when it is full, `/v2` answers 507. Blobs that no manifest names are collected'],
  ['bytes of an upload, of a manifest', '`MAX_UPLOAD_SIZE`; 4 MiB'],
  ['jobs of webhooks', 'pushes and the limits on webhooks; namespaces are served in turn'],
  ['retries of a job', '100'],
  [
    'events',
    '`repoEventHistoryToKeep` and `repoEventHistoryMaxAge`; failed sign-ins create at most one event a minute for an account and address',
  ],
];

/** The page docs/limits.md, in Markdown. */
export function limitsPage(limits: Readonly<Record<string, Limit>>): string {
  const rows = Object.entries(limits).map(([name, { default: max, things, place, makers, remedy }]) => [
    `\`${name}\``,
    max.toLocaleString('en'),
    `${things} of ${place === 'installation' ? 'the installation' : `one ${place}`}`,
    makers,
    remedy === undefined ? 'the oldest ends' : 'refused',
  ]);
  const table = markdownTable([['setting', 'default', 'what it limits', 'who creates them', 'beyond it'], ...rows]);
  const others = markdownTable([['what', 'what bounds it'], ...unlimited]);
  return `${[intro, table, outro, others].join('\n\n')}\n`;
}
