import type { IncomingMessage } from 'node:http';

// What is read ahead while the bytes before are being dealt with.
const maxQueuedBytes = 256 * 1024;

/**
 * Reads the body of a request in the pieces in which it comes. The request's own iterator glues what is waiting into a
 * new buffer, which for layers means that every byte is copied once more.
 *
 * A reader that stops early leaves the request paused, and neither destroyed nor read to its end.
 *
 * @throws the error of the request, and Error where it closes before its end
 */
export async function* requestChunks(req: IncomingMessage): AsyncGenerator<Uint8Array, void, undefined> {
  if (req.readableEnded) return;
  const queue: Uint8Array[] = [];
  let queuedBytes = 0;
  let isEnded = false;
  let failure: Error | undefined = req.destroyed ? new Error('the request was closed') : undefined;
  let wake: () => void = () => undefined;

  const onData = (chunk: Uint8Array): void => {
    queue.push(chunk);
    queuedBytes += chunk.length;
    if (queuedBytes >= maxQueuedBytes) req.pause();
    wake();
  };
  const onEnd = (): void => {
    isEnded = true;
    wake();
  };
  const onError = (error: Error): void => {
    failure ??= error;
    wake();
  };
  const onClose = (): void => {
    if (!isEnded) onError(new Error('the request was closed before its end'));
  };
  req.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
  // A request that was paused stays so when a listener comes.
  req.resume();
  try {
    for (;;) {
      const chunk = queue.shift();
      if (chunk) {
        queuedBytes -= chunk.length;
        if (queuedBytes < maxQueuedBytes && req.isPaused()) req.resume();
        yield chunk;
      } else if (failure) throw failure;
      else if (isEnded) return;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    req.pause();
    req.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
  }
}
