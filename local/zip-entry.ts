import { inflateRawSync } from 'node:zlib';

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const endBytes = 22;
const stored = 0;
const deflated = 8;

/**
 * One file of a ZIP archive that is in memory, found by the directory at the end of it (PKWARE, APPNOTE.TXT, sections
 * 4.3.12 and 4.3.16). Not of archives in several parts, encrypted ones, or ones beyond 4 GiB.
 *
 * @param isWanted told the path of each file in the archive
 * @throws Error where there is no such file, or no such archive
 */
export function readZipEntry(archive: Buffer, isWanted: (path: string) => boolean): Buffer {
  // After the end may be a comment.
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || end + endBytes > archive.length || archive.readUInt32LE(end) !== endSignature) {
    throw new Error('it is no ZIP archive');
  }
  const count = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  for (let index = 0; index < count; index++) {
    if (archive.readUInt32LE(at) !== entrySignature) throw new Error('the directory of the ZIP archive is damaged');
    const method = archive.readUInt16LE(at + 10);
    const compressedBytes = archive.readUInt32LE(at + 20);
    const sizeBytes = archive.readUInt32LE(at + 24);
    const pathBytes = archive.readUInt16LE(at + 28);
    const path = archive.toString('utf8', at + 46, at + 46 + pathBytes);
    if (isWanted(path)) {
      const header = archive.readUInt32LE(at + 42);
      // Before the bytes stand path and extra field once more, and the latter may be of another length.
      const start = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
      const bytes = archive.subarray(start, start + compressedBytes);
      if (method !== stored && method !== deflated) throw new Error(`${path} is compressed by method ${method}`);
      const content = method === stored ? bytes : inflateRawSync(bytes, { maxOutputLength: sizeBytes });
      if (content.length !== sizeBytes) throw new Error(`${path} is damaged`);
      return content;
    }
    at += 46 + pathBytes + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  throw new Error('it has no such file');
}
