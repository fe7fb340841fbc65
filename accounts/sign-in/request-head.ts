/** What signing in has to know of a request. One of `node:http` has all of it. */
export interface RequestHead {
  readonly method?: string | undefined;
  /** Path and query. */
  readonly url?: string | undefined;
  readonly headers: RequestHeaders;
}

/** Those headers that a browser signs in with, or tells of itself by. */
export interface RequestHeaders {
  readonly cookie?: string | undefined;
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | readonly string[] | undefined;
  readonly 'user-agent'?: string | undefined;
  readonly 'x-csrf-token'?: string | readonly string[] | undefined;
}
