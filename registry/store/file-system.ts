import { open } from 'node:fs/promises';

/** The code of an error that the operating system gave, such as `ENOENT`; undefined for any other error. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/**
 * Whether an error says that there is no such file: that nothing has its name, or that nothing can, because a part of its
 * path is no folder. Every other error, such as one of permissions or of the disk, says nothing of the file.
 */
export function isAbsent(error: unknown): boolean {
  const code = errnoOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Makes the entries of a folder (files made in it, renamed into it) survive a loss of power. */
export async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}
