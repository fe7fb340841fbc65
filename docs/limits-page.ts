import type { Limit } from '../settings/limits.ts';

const intro = `# Limits

Made from \`settings/limits.ts\` by \`npm run docs\`.

How many of each thing there may be. Each limit is a setting, from 1 to 1,000,000. System administrators change it while
the program runs:

    api meta/settings -d '{"maxWebhooksPerRepository":100}'

A limit holds for everybody, system administrators included, and also for requests that come at the same time. If a limit
is made smaller, what is there already stays. Beyond a limit the API answers 409 \`LIMIT_REACHED\`; \`/v2\` answers 403
\`DENIED\`, and for uploads 429 \`TOOMANYREQUESTS\` with \`Retry-After\`. The message names the setting.`;

const outro = `The manifests and tags of a repository are counted whenever a new one is pushed; that takes about 10 ms for 100,000. As long
as a repository is more than 1,000 below its limit, pushes to it do not wait for one another.

An upload is open from its POST until its PUT. \`docker push\` opens five at a time, most other clients fewer, so the
defaults let one robot run 200 pushes at once. When the limit is reached, uploads that nobody has written to for an hour are
given up to make room. The job \`upload_purge\` removes all uploads that nobody has written to for \`UPLOAD_EXPIRY\`.

A push makes one job for each webhook that wants its events: webhooks of the repository, of the namespace, and without a
key. So for each kind of event, a push of one tag makes at most as many jobs as these three limits together.

How fast things may be made is in [deployment](deployment.md#what-clients-may-cost).

## What has no limit of its own

- Accounts and organizations are made by system administrators, and by the LDAP directory or OpenID provider that they
  have set up. Members of organizations and teams, and grants to teams, are at most as many as there are users and teams.
- There are at most as many queues, and defaults of actions, as there are actions. A user has one record of settings.
- The request that sets the permissions of a robot, or the groups that are linked to a team, bounds their number.
- Bytes are bounded by the disk or bucket: when it is full, \`/v2\` answers 507. Blobs that no manifest names are
  collected. An upload has at most \`MAX_UPLOAD_SIZE\` bytes, a manifest 4 MiB.
- Pushes and the limits on webhooks decide how many jobs of webhooks there are; namespaces take turns with theirs. A job has
  at most 100 retries.
- Events are bounded by \`repoEventHistoryToKeep\` and \`repoEventHistoryMaxAge\`. Failed sign-ins make at most one event for an
  account and address in a minute.`;

/** The page docs/limits.md, in Markdown. */
export function limitsPage(limits: Readonly<Record<string, Limit>>): string {
  const rows = Object.entries(limits).map(([name, { default: max, things, place, makers, remedy }]) => [
    `\`${name}\``,
    max.toLocaleString('en'),
    `${things} of ${place === 'installation' ? 'the installation' : `one ${place}`}`,
    makers,
    remedy === undefined ? 'the oldest ends' : 'refused',
  ]);
  return `${intro}\n\n${table([['setting', 'default', 'the most', 'who makes them', 'beyond it'], ...rows])}\n\n${outro}\n`;
}

/** A table whose columns are as wide as what is in them, as Prettier writes it. */
function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
