import { connect, type Socket } from 'node:net';
import { type Answer, createResponseReader, type ResponseReader } from './response-reader.ts';

/** One request. */
export interface Request {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT';
  /** Path and query. */
  readonly path: string;
  /** Header lines, each ended by CRLF; Host and Content-Length are put in. */
  readonly headers?: string;
  readonly body?: readonly Uint8Array[];
  readonly onBody?: (bytes: Uint8Array) => void;
}

/** A connection that is kept, with one request under way at a time. After an error the next request opens a new one. */
export interface Connection {
  /** @throws Error where no whole answer comes, within two minutes at most of silence */
  send(request: Request): Promise<Answer>;
  close(): void;
}

const readBufferBytes = 256 * 1024;
const silenceMs = 120_000;

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Makes a connection to a server on a raw socket that reads into one buffer: the load shares the processors with what it
 * measures, and node:http and fetch cost several times as much.
 */
export function createConnection(server: {
  readonly hostname: string;
  readonly port: number;
  /** From which address of this machine. */
  readonly localAddress?: string;
}): Connection {
  let socket: Socket | undefined;
  let reader: ResponseReader = createResponseReader();
  let waiting: Waiting | undefined;

  function fail(failed: Socket, error: Error): void {
    if (failed !== socket) return;
    socket = undefined;
    failed.destroy();
    const { reject } = waiting ?? {};
    waiting = undefined;
    reject?.(error);
  }

  function open(): Socket {
    reader = createResponseReader();
    const opened = connect({
      host: server.hostname,
      port: server.port,
      ...(server.localAddress !== undefined && { localAddress: server.localAddress }),
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafeSlow(readBufferBytes),
        callback: (sizeBytes, buffer) => {
          try {
            const answer = reader.take((buffer as Buffer).subarray(0, sizeBytes));
            if (answer) {
              const { resolve } = waiting ?? {};
              waiting = undefined;
              if (/\r\nconnection: *close/i.test(answer.head)) fail(opened, new Error('closed'));
              resolve?.(answer);
            }
          } catch (error) {
            fail(opened, error as Error);
          }
          return true;
        },
      },
    });
    opened.setTimeout(silenceMs, () => fail(opened, new Error(`the server was silent for ${silenceMs} ms`)));
    opened.on('error', (error) => fail(opened, error));
    opened.on('close', () => fail(opened, new Error('the server closed the connection')));
    return opened;
  }

  return {
    send: ({ method, path, headers = '', body = [], onBody }) =>
      new Promise<Answer>((resolve, reject) => {
        socket ??= open();
        waiting = { resolve, reject };
        reader.expect(method === 'HEAD', onBody);
        const hasBody = method !== 'GET' && method !== 'HEAD';
        const length = hasBody ? `Content-Length: ${body.reduce((sum, part) => sum + part.length, 0)}\r\n` : '';
        const head = `${method} ${path} HTTP/1.1\r\nHost: ${server.hostname}:${server.port}\r\n${headers}${length}\r\n`;
        if (body.length === 0) {
          socket.write(head, 'latin1');
          return;
        }
        socket.cork();
        socket.write(head, 'latin1');
        for (const part of body) socket.write(part);
        socket.uncork();
      }),
    close: () => {
      socket?.destroy();
      socket = undefined;
    },
  };
}
