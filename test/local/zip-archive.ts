import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipFile {
  readonly path: string;
  readonly content: Buffer;
  readonly isStored?: boolean;
}

/** A ZIP archive with a comment, whose local headers have extra fields that its directory does not have. */
export function zipArchive(files: readonly ZipFile[]): Buffer {
  const extra = Buffer.from([0x55, 0x54, 1, 0, 0]);
  const before: Buffer[] = [];
  const directory: Buffer[] = [];
  for (const { path, content, isStored = false } of files) {
    const name = Buffer.from(path);
    const bytes = isStored ? content : deflateRawSync(content);
    const offset = before.reduce((sum, { length }) => sum + length, 0);
    // From the version that is needed to the size: what both kinds of header share.
    const shared = Buffer.alloc(22);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(isStored ? 0 : 8, 4);
    shared.writeUInt32LE(crc32(content), 10);
    shared.writeUInt32LE(bytes.length, 14);
    shared.writeUInt32LE(content.length, 18);
    before.push(Buffer.from('PK\x03\x04', 'latin1'), shared, u16(name.length, extra.length), name, extra, bytes);
    directory.push(
      Buffer.from('PK\x01\x02', 'latin1'),
      u16(20),
      shared,
      u16(name.length, 0, 0, 0, 0),
      u32(0o100644 * 0x10000, offset),
      name,
    );
  }
  const start = before.reduce((sum, { length }) => sum + length, 0);
  const entries = Buffer.concat(directory);
  const comment = Buffer.from('made by a test');
  return Buffer.concat([
    ...before,
    entries,
    Buffer.from('PK\x05\x06', 'latin1'),
    u16(0, 0, files.length, files.length),
    u32(entries.length, start),
    u16(comment.length),
    comment,
  ]);
}

function u16(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => buffer.writeUInt16LE(value, index * 2));
  return buffer;
}

function u32(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => buffer.writeUInt32LE(value >>> 0, index * 4));
  return buffer;
}
