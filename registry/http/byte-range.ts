import type { ByteRange } from '../store/blob-store.ts';

/**
 * Reads a `Range` header against a body of `sizeBytes` (RFC 9110 section 14.2).
 *
 * @returns the stretch to send; 'all' where the header is absent, names several ranges or is not understood, and so is
 *   ignored; 'unsatisfiable' where the answer is 416
 */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | 'all' | 'unsatisfiable' {
  const match = header === undefined ? null : /^bytes=\s*(\d{0,15})\s*-\s*(\d{0,15})\s*$/i.exec(header);
  if (!match) return 'all';
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return 'all';
  if (first === '') {
    const suffixBytes = Math.min(Number(last), sizeBytes);
    return suffixBytes === 0 ? 'unsatisfiable' : { start: sizeBytes - suffixBytes, end: sizeBytes - 1 };
  }
  const start = Number(first);
  const end = last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  return start > end ? 'unsatisfiable' : { start, end };
}

/**
 * Reads the `Content-Range` of a chunk: `<start>-<end>`, both included (OCI distribution specification, "Pushing a blob
 * in chunks"). The form of RFC 9110, `bytes <start>-<end>/<size>`, is taken too.
 *
 * @returns undefined for one that is malformed
 */
export function parseContentRange(header: string): ByteRange | undefined {
  const match = /^(?:bytes\s+)?(\d{1,15})-(\d{1,15})(?:\/(?:\d{1,15}|\*))?$/i.exec(header.trim());
  if (!match) return undefined;
  const range = { start: Number(match[1]), end: Number(match[2]) };
  return range.end >= range.start ? range : undefined;
}

/** The `Range` header that tells how much of an upload has arrived: `0-<last byte>`, and `0-0` for nothing. */
export function formatUploadRange(sizeBytes: number): string {
  return `0-${Math.max(sizeBytes - 1, 0)}`;
}
