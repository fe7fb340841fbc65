import type { FileHandle } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import type { ByteRange } from './blob-store.ts';
import type { BufferPool } from './buffer-pool.ts';

/**
 * Writes a stretch of a file to a stream, without ending it, through two buffers of a pool: one is read into while the
 * other is on its way. A stream of Node makes a new buffer for every read, and spends more time on those than on the
 * bytes.
 *
 * @param onSent is told of bytes that have been handed to the operating system
 * @throws Error with the code ERR_STREAM_PREMATURE_CLOSE if the stream closes meanwhile; errors of the file system
 */
export async function sendFile(
  file: FileHandle,
  range: ByteRange,
  destination: Writable,
  buffers: BufferPool,
  onSent: (sizeBytes: number) => void,
): Promise<void> {
  let write = Promise.resolve();
  buffers.enter();
  try {
    for (let position = range.start; position <= range.end;) {
      const buffer = buffers.take();
      const wantedBytes = Math.min(buffer.length, range.end + 1 - position);
      const { bytesRead } = await file.read(buffer, 0, wantedBytes, position);
      await write;
      if (bytesRead === 0) {
        buffers.giveBack(buffer);
        return;
      }
      position += bytesRead;
      write = writeTo(destination, buffer.subarray(0, bytesRead)).then(() => {
        // After a failed write the buffer is left alone: the socket may still hold it.
        buffers.giveBack(buffer);
        onSent(bytesRead);
      });
      // Awaited above or below; until then a failure must not count as unhandled.
      write.catch(() => undefined);
    }
    await write;
  } finally {
    await write.catch(() => undefined);
    buffers.leave();
  }
}

/** Resolves once the operating system has the bytes, so that the buffer may be used again. */
function writeTo(destination: Writable, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    // A response that waits behind another one on its connection is not told of a write's end when that closes.
    const onClose = (): void => reject(prematureClose());
    if (destination.destroyed) {
      onClose();
      return;
    }
    destination.once('close', onClose);
    destination.write(bytes, (error) => {
      destination.off('close', onClose);
      if (error) reject(prematureClose(error));
      else resolve();
    });
  });
}

function prematureClose(cause?: Error): Error {
  return Object.assign(new Error('the stream was closed before all bytes were sent', { cause }), {
    code: 'ERR_STREAM_PREMATURE_CLOSE',
  });
}
