/**
 * Writes a table whose columns are as wide as what is in them, as Prettier does.
 *
 * @param rows the head first, as many cells in each
 */
export function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [top = [], ...others] = cells;
  return [line(top), line(widths.map((width) => '-'.repeat(width))), ...others.map(line)].join('\n');
}
