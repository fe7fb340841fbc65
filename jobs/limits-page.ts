import type { Limit } from './limits.ts';

const intro = `# Limits

Made from \`jobs/limits.ts\` by \`npm run docs\`.

How many of each thing there may be. Each limit is a setting, from 1 to 1,000,000, which system administrators change
while the program runs:

    api meta/settings -d '{"maxWebhooksPerRepository":100}'

A limit holds for everybody, system administrators included, and for requests that come at once. What is there already
stays when a limit becomes smaller. Beyond a limit the API answers 409 \`LIMIT_REACHED\`; \`/v2\` answers 403 \`DENIED\`, and
for uploads 429 \`TOOMANYREQUESTS\` with \`Retry-After\`. The message names the setting.`;

const outro = `Manifests and tags are counted when one is new, and counting costs time: 10 ms or so for 100,000. A push of one to a
repository that has fewer than 1,000 less than the limit waits for nobody.

An upload is open from its POST until its PUT. \`docker push\` opens five at a time, most other clients fewer, so the
defaults let one robot run 200 pushes at once. Where as many are open as may be, those that nobody has written to for an
hour give way; the job \`upload_purge\` removes all of them after \`UPLOAD_EXPIRY\`.

A push makes one job for each webhook that wants its events: those of the repository, of the namespace, and without a
key. So these three limits, together, are the most jobs that a push of one tag makes of each kind of event.

## What has no limit of its own

- Accounts and organizations are made by system administrators, and by the LDAP directory or OpenID provider that they
  have set up. Members of organizations and teams, and grants to teams, are at most as many as there are users and teams.
- Queues and defaults of actions are at most as many as there are actions. Settings of a user are one record.
- Permissions of a robot, and groups that are linked to a team, are bounded by the form that sets them.
- Bytes are bounded by the disk or bucket: where it is full, \`/v2\` answers 507. Blobs that no manifest names are
  collected. An upload has at most \`MAX_UPLOAD_SIZE\` bytes, a manifest 4 MiB.
- Jobs of webhooks wait in turn by namespace, and are as many as pushes and the limits on webhooks make them. Retries of a
  job are bounded by its form: 100.
- Events are bounded by \`repoEventHistoryToKeep\` and \`repoEventHistoryMaxAge\`, failed sign-ins besides to one row for an
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
