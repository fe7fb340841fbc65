/**
 * Gathers small chunks, as sockets give them, into batches worth a write of their own.
 *
 * @param batchBytes a batch is passed on once it has this many bytes; the last one may have fewer
 */
export async function* collectChunks(
  source: AsyncIterable<Uint8Array>,
  batchBytes: number,
): AsyncGenerator<Uint8Array[], void, undefined> {
  let batch: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of source) {
    if (chunk.length === 0) continue;
    batch.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes >= batchBytes) {
      yield batch;
      batch = [];
      sizeBytes = 0;
    }
  }
  if (batch.length > 0) yield batch;
}
