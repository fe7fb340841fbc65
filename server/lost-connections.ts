import type { Worker } from 'node:cluster';

// One is on its way at a time for each address that is listened on; a host name may stand for several.
const maxOnTheirWay = 8;

interface Closable {
  /** May be called more than once. */
  close(): void;
}

/**
 * Closes the connections that were on their way to a child when it died. node:cluster hands a connection over, and
 * closes its own side of it when the child has confirmed that; for one that dies before it never does, and the client
 * would wait for ever.
 */
export function closeLostConnections(worker: Worker): void {
  const { process: child } = worker;
  const recent: Closable[] = [];
  const send: (...args: Parameters<typeof child.send>) => boolean = child.send.bind(child);
  // The hand-over passes through the public method; what it sends is told by nothing else.
  child.send = ((...args: Parameters<typeof child.send>) => {
    const handle: unknown = args[1];
    if (isClosable(handle)) {
      recent.push(handle);
      if (recent.length > maxOnTheirWay) recent.shift();
    }
    return send(...args);
  }) as typeof child.send;
  const closeAll = (): void => {
    // Those that were confirmed are closed already.
    for (const handle of recent.splice(0)) handle.close();
  };
  worker.once('disconnect', closeAll);
  worker.once('exit', closeAll);
}

function isClosable(handle: unknown): handle is Closable {
  return typeof handle === 'object' && handle !== null && 'close' in handle && typeof handle.close === 'function';
}
