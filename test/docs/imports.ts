import { glob, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Folders whose code is no part of the program. */
const outside = new Set(['node_modules', 'test', 'bench']);

/** The program's files: path from the root, and text. */
export async function readSources(): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  const paths = glob('*/**/*.ts', { cwd: root, exclude: (name) => outside.has(name) });
  for await (const path of paths) sources.set(path, await readFile(join(root, path), 'utf8'));
  return sources;
}

/** Code without its comments: what is left of a line stays on its line. */
export function withoutComments(text: string): string {
  return text
    .replaceAll(/\/\*[^]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ''))
    .replaceAll(/^\s*\/\/.*$/gm, '');
}

/** The files whose values a file imports, as paths from the root. Types cost nothing at run time, and do not count. */
export function importsOf(path: string, text: string): string[] {
  const statements = /^(?:import|export) (?!type\b)[^;]*?from '(\.\.?\/[^']+)';$|\bimport\('(\.\.?\/[^']+)'\)/gm;
  return [...text.matchAll(statements)].map(([, still, lazy]) =>
    relative(root, join(root, dirname(path), still ?? lazy ?? '')),
  );
}

/** Groups of nodes that can all be reached from each other: the circles of a graph (Tarjan 1972). */
export function findCircles(graph: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const order = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];

  function visit(node: string): number {
    const index = order.size;
    order.set(node, index);
    let low = index;
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!order.has(next)) low = Math.min(low, visit(next));
      else if (stack.includes(next)) low = Math.min(low, order.get(next) ?? low);
    }
    if (low === index) {
      const circle = stack.splice(stack.indexOf(node));
      if (circle.length > 1 || graph.get(node)?.has(node)) circles.push(circle);
    }
    return low;
  }

  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return circles;
}
