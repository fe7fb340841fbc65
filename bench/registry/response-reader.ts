/** The answer to one request. */
export interface Answer {
  readonly status: number;
  /** Status line and header lines as they came. */
  readonly head: string;
  readonly bodyBytes: number;
}

/** Reads the answers of one connection, one after the other. */
export interface ResponseReader {
  /**
   * Tells what the next answer is for.
   *
   * @param onBody is given the bytes of the body as they come; they are overwritten once it returns
   */
  expect(isHead: boolean, onBody: ((bytes: Uint8Array) => void) | undefined): void;
  /**
   * Takes what the socket gave.
   *
   * @returns the answer, if these bytes end it
   * @throws Error for what is no answer of HTTP/1.1, or one that nobody asked for
   */
  take(bytes: Buffer): Answer | undefined;
}

const maxHeadBytes = 64 * 1024;
const endOfHead = Buffer.from('\r\n\r\n');

/** The value of a header in the head of an answer; undefined where it has none. */
export function headerOf(head: string, name: string): string | undefined {
  return new RegExp(`\r\n${name}: *([^\r]*)`, 'i').exec(head)?.[1];
}

/**
 * Makes a reader of HTTP/1.1 answers (RFC 9112 sections 6 and 7) that does no more than the load needs, so that little of
 * the machine's time goes to it: bodies end by Content-Length or are chunked.
 */
export function createResponseReader(): ResponseReader {
  let isExpected = false;
  let isHead = false;
  let onBody: ((bytes: Uint8Array) => void) | undefined;
  let headBytes: Buffer | undefined;
  let head = '';
  let status = 0;
  let bodyBytes = 0;
  let leftBytes = 0;
  let chunks: ChunkReader | undefined;

  function takeHead(bytes: Buffer): Buffer | undefined {
    const all = headBytes ? Buffer.concat([headBytes, bytes]) : bytes;
    const end = all.indexOf(endOfHead);
    if (end < 0) {
      if (all.length > maxHeadBytes) throw new Error('the head of an answer does not end');
      headBytes = Buffer.from(all);
      return undefined;
    }
    headBytes = undefined;
    head = all.toString('latin1', 0, end);
    if (!head.startsWith('HTTP/1.1 ')) throw new Error(`not an answer of HTTP/1.1: ${head.slice(0, 80)}`);
    status = Number(head.slice(9, 12));
    const rest = all.subarray(end + endOfHead.length);
    if (status < 200) return takeHead(rest);
    if (isHead || status === 204 || status === 304) leftBytes = 0;
    else if (/\r\ntransfer-encoding: *chunked/i.test(head)) chunks = createChunkReader();
    else {
      const length = headerOf(head, 'content-length');
      if (length === undefined) throw new Error('an answer has neither Content-Length nor chunks');
      leftBytes = Number(length);
    }
    return rest;
  }

  function finish(): Answer {
    isExpected = false;
    chunks = undefined;
    const answer = { status, head, bodyBytes };
    head = '';
    return answer;
  }

  return {
    expect: (nextIsHead, nextOnBody) => {
      isExpected = true;
      isHead = nextIsHead;
      onBody = nextOnBody;
      bodyBytes = 0;
    },
    take: (bytes) => {
      if (!isExpected) throw new Error('an answer came that nobody asked for');
      const body = head === '' ? takeHead(bytes) : bytes;
      if (!body) return undefined;
      if (chunks) {
        const isWhole = chunks.take(body, (part) => {
          bodyBytes += part.length;
          onBody?.(part);
        });
        return isWhole ? finish() : undefined;
      }
      if (body.length > leftBytes) throw new Error('more bytes came than Content-Length says');
      leftBytes -= body.length;
      bodyBytes += body.length;
      if (body.length > 0) onBody?.(body);
      return leftBytes === 0 ? finish() : undefined;
    },
  };
}

interface ChunkReader {
  /** Gives whether these bytes end the body. */
  take(bytes: Buffer, onPart: (part: Uint8Array) => void): boolean;
}

function createChunkReader(): ChunkReader {
  let line = '';
  let leftBytes = 0;
  let state: 'size' | 'data' | 'end of data' | 'trailer' = 'size';
  return {
    take: (bytes, onPart) => {
      let at = 0;
      while (at < bytes.length) {
        if (state === 'data') {
          const part = bytes.subarray(at, at + leftBytes);
          at += part.length;
          leftBytes -= part.length;
          onPart(part);
          if (leftBytes === 0) state = 'end of data';
          continue;
        }
        const newline = bytes.indexOf(10, at);
        const end = newline < 0 ? bytes.length : newline + 1;
        line += bytes.toString('latin1', at, end);
        at = end;
        if (line.length > maxHeadBytes) throw new Error('a line of a chunked body does not end');
        if (newline < 0) return false;
        const text = line.trim();
        line = '';
        if (state === 'size') {
          if (!/^[0-9a-f]+/i.test(text)) throw new Error(`not the size of a chunk: ${text.slice(0, 40)}`);
          leftBytes = Number.parseInt(text, 16);
          state = leftBytes === 0 ? 'trailer' : 'data';
        } else if (state === 'end of data') state = 'size';
        else if (text === '') {
          if (at < bytes.length) throw new Error('bytes came after the last chunk');
          return true;
        }
      }
      return false;
    },
  };
}
