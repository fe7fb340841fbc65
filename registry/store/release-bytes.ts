/**
 * Frees the memory of bytes that nobody needs any more, now and not when garbage is next collected; they are empty then.
 * Node makes a buffer for every 64 KiB that arrive, and collects the whole heap for every few tens of megabytes of those:
 * for large bodies that costs more than hashing them. Bytes that share their memory with others are left alone.
 */
export function releaseBytes({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
