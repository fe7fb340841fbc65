import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerFactory,
} from 'fastify';
import { randomUUID } from 'node:crypto';
import { sqlState } from '../../database/transaction.ts';
import { isDatabaseUnavailable } from '../../database/unavailable.ts';
import { rememberMethods } from './allowed-methods.ts';
import { DomainError, type DomainErrorCode } from '../../errors/domain-error.ts';
import { describeValidation } from './describe-validation.ts';
import { boundMessage, shorten } from './error-text.ts';
import type { ApiInstance } from './instance.ts';
import { describeJsonProblem } from './json-problem.ts';
import { readNamesInAnyCase } from './names.ts';
import { serializeBySchemas, toJsonLine } from './serialization.ts';
import { errorStatuses } from './statuses.ts';
import { validatorCompiler } from './validation.ts';
import { ignoreReadOnlyFields } from './object-form.ts';

export interface ApiAppOptions {
  readonly log: FastifyBaseLogger;
  /** Makes the HTTP server, around the handler that it is given. */
  readonly serverFactory: FastifyServerFactory;
  /** Told of every request that was answered; `route` is the template, never the path. */
  readonly onRequestEnd: (request: { route: string; method: string; status: number; durationMs: number }) => void;
}

const maxBodyBytes = 1024 * 1024;
const maxParamLength = 300;

/** Makes the Fastify instance of the control plane: errors in MSR's shape, a request id on everything, strict bodies. */
export function createApiApp({ log, serverFactory, onRequestEnd }: ApiAppOptions): ApiInstance {
  const app: ApiInstance = Fastify({
    serverFactory,
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: maxBodyBytes,
    routerOptions: { maxParamLength, ignoreTrailingSlash: true },
    // Paths that reach no route, so no hook either.
    frameworkErrors: (error, request, reply) => {
      void reply.header('x-request-id', request.id);
      answerError(error, request, reply);
    },
    genReqId: (req) => {
      const given = req.headers['x-request-id'];
      return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
    },
  });
  const methodsOf = rememberMethods(app);
  acceptJsonAlone(app);
  app.setValidatorCompiler(validatorCompiler);
  serializeBySchemas(app);
  app.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id));
  readNamesInAnyCase(app);
  ignoreReadOnlyFields(app);
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    onRequestEnd({ route, method: request.method, status: reply.statusCode, durationMs: reply.elapsedTime });
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    const methods = methodsOf(path).join(', ');
    if (methods === '') throw new DomainError('NO_SUCH_ROUTE', `there is no ${request.method} ${shorten(path)}`);
    void reply.header('allow', methods);
    throw new DomainError('NOT_ALLOWED', `${shorten(path)} does not take ${request.method}: use ${methods}`);
  });
  app.setErrorHandler(answerError);
  return app;
}

/** JSON alone, also where a client names the type of a body that it does not send, as many do with DELETE. */
function acceptJsonAlone(app: ApiInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parseJson(request, body, (error, value) => done(error && brokenJson(body), value));
  });
}

function brokenJson(body: string): DomainError {
  const problem = describeJsonProblem(body) ?? 'names such as __proto__ and constructor.prototype are not taken in it';
  return new DomainError('INVALID_JSON', `the body is not JSON that can be read: ${problem}`);
}

function answerError(error: FastifyError | DomainError, request: FastifyRequest, reply: FastifyReply): void {
  const { code, message } = describeError(error, request, reply);
  // Where there is no route, Fastify knows of no serializer.
  void reply.type('application/json; charset=utf-8').serializer(toJsonLine);
  void reply.send({ errors: [{ code, message }] });
}

/** What a client is told of an error. */
export interface DescribedError {
  readonly code: DomainErrorCode;
  readonly status: number;
  readonly message: string;
}

/** Logs what went wrong here, sets the status and the headers of the answer, and gives what it has to say. */
export function describeError(
  error: FastifyError | DomainError,
  request: FastifyRequest,
  reply: FastifyReply,
): DescribedError {
  const { code, status, message } = isClientGone(error, request) ? clientGone : toDescribed(error, request);
  // An error of a validator holds what it has looked at, which may be a form with passwords.
  const isAboutForm = !(error instanceof DomainError) && error.validation !== undefined;
  const fields = { ...(isAboutForm ? { code, message } : { err: error }), method: request.method, url: request.url };
  if (status >= 500) request.log.error(fields, 'request failed');
  else request.log.debug(fields, 'request refused');
  const retryAfterSeconds = error instanceof DomainError ? error.retryAfterSeconds : undefined;
  if (status === 503 || retryAfterSeconds) void reply.header('retry-after', String(retryAfterSeconds ?? 5));
  if (status === 401) void reply.header('www-authenticate', `${challengeScheme(request)} realm="Jobrunner"`);
  void reply.code(status);
  return { code, status, message: boundMessage(status >= 500 ? `${message} (${request.id})` : message) };
}

const clientGone = view('CLIENT_CLOSED_REQUEST', 'the client went away before its request was whole');

/** Whether there is nobody to be answered: Node tells so by an error of the request. */
function isClientGone(error: FastifyError | DomainError, { raw }: FastifyRequest): boolean {
  return error.code === 'ECONNRESET' && raw.destroyed && !raw.complete;
}

/** A browser asks for a password by itself where it reads `Basic`, although the page has a form for that. */
function challengeScheme({ headers, routeOptions }: FastifyRequest): 'Basic' | 'Session' {
  if (routeOptions.config.isPage && headers['sec-fetch-mode'] === 'navigate') return 'Basic';
  return headers['sec-fetch-mode'] !== undefined || headers['x-requested-with'] !== undefined ? 'Session' : 'Basic';
}

// What Fastify itself finds wrong with a request.
const fastifyErrors: Readonly<Record<string, (request: FastifyRequest, message: string) => [DomainErrorCode, string]>> =
  {
    FST_ERR_BAD_URL: () => [
      'INVALID_PARAMETERS',
      'the path cannot be decoded: in it "%" begins the two hex digits of a byte, and bytes make up UTF-8',
    ],
    FST_ERR_MAX_PARAM_LENGTH: () => [
      'INVALID_PARAMETERS',
      `the path has a part of more than ${maxParamLength} characters: no name is as long`,
    ],
    FST_ERR_CTP_BODY_TOO_LARGE: ({ routeOptions: { bodyLimit, method, url } }) => [
      'REQUEST_TOO_LARGE',
      `the body is larger than ${bodyLimit / 1024} KiB, which is the most that ${String(method)} ${url} takes`,
    ],
    FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => [
      'INVALID_JSON',
      'the body has not as many bytes as the header Content-Length says',
    ],
    // What the server finds wrong with how the body comes.
    REQUEST_TIMEOUT: (_request, message) => ['REQUEST_TIMEOUT', message],
    FST_ERR_CTP_INVALID_MEDIA_TYPE: ({ headers, server }) => {
      const takesJson = server.hasContentTypeParser('application/json');
      const wanted = takesJson ? 'application/json' : 'application/x-www-form-urlencoded';
      return ['UNSUPPORTED_MEDIA_TYPE', `Content-Type is "${shorten(headers['content-type'] ?? '')}": send ${wanted}`];
    },
  };
// What PostgreSQL says of text that JSON and URLs can hold, and it cannot.
const unstorable = new Set(['22021', '22P05']);

function toDescribed(error: FastifyError | DomainError, request: FastifyRequest): DescribedError {
  if (error instanceof DomainError) return view(error.code, error.message);
  if (error.validation) {
    const message = describeValidation(error.validation, error.validationContext ?? 'request');
    return view(error.validationContext === 'body' ? 'INVALID_JSON' : 'INVALID_PARAMETERS', message);
  }
  const known = fastifyErrors[error.code];
  if (known) return view(...known(request, error.message));
  if (unstorable.has(sqlState(error) ?? '')) {
    return view('INVALID_PARAMETERS', 'the request holds text with a NUL character, or that is not Unicode');
  }
  if (isDatabaseUnavailable(error)) {
    return view('UNAVAILABLE', 'the database cannot be reached just now: try again');
  }
  return view('INTERNAL_ERROR', 'something went wrong here; the log of the server tells more under this request id');
}

function view(code: DomainErrorCode, message: string): DescribedError {
  return { code, status: errorStatuses[code], message };
}
