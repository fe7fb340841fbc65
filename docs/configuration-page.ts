import type { Variable } from '../config/variables.ts';
import { markdownTable } from './markdown-table.ts';

const intro = `# Configuration

Look up the environment variables that configure an instance. They are read once, at start; if any of them is wrong, the
start lists every problem and ends. \`npm start -- --help\` prints the same list. This page is made from
\`config/variables.ts\` by \`npm run docs\`.

- A secret can also be read from a file: set \`NAME_FILE\` to its path instead of \`NAME\`. The table says where.
- A duration is written as \`30s\`, \`90m\` or \`1h30m\`.
- With \`BLOB_STORE=s3\`, credentials are found as the AWS SDK finds them (\`AWS_ACCESS_KEY_ID\`, …).
- Settings that can be changed while the program runs are not environment variables: see
  [settings](access.md#change-settings) and [limits](limits.md).`;

/** The page docs/configuration.md, in Markdown. */
export function configurationPage(variables: Readonly<Record<string, Variable<unknown>>>): string {
  const rows = Object.entries(variables).map(([name, { description, defaultText, isSecret }]) => [
    isSecret ? `\`${name}\`, \`${name}_FILE\`` : `\`${name}\``,
    defaultText === undefined ? '' : `\`${defaultText}\``,
    description,
  ]);
  return `${[intro, markdownTable([['variable', 'default', 'meaning'], ...rows])].join('\n\n')}\n`;
}
