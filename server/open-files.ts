import { readFile } from 'node:fs/promises';

/** How many files and connections this process may have open at once (proc(5), limits); `Infinity` where nothing tells. */
export async function maxOpenFiles(): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1];
  return soft === undefined || soft === 'unlimited' ? Infinity : Number(soft);
}
