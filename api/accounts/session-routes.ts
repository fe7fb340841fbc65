import { Type } from 'typebox';
import { requireAccount } from '../http/access.ts';
import { auditedChange } from '../http/audited-change.ts';
import { DomainError } from '../../errors/domain-error.ts';
import type { AccountDeps, ApiInstance } from '../http/instance.ts';
import { findPasswordHashByName, isId } from '../../accounts/account-store.ts';
import { assertNotCrossSite } from '../../accounts/sign-in/csrf.ts';
import { requireNamed } from '../../accounts/named.ts';
import { AccountView } from './account-view.ts';
import { fillListPage, NextPageStart } from './paging.ts';
import { deleteSession, listSessions } from '../../accounts/sign-in/session-store.ts';
import { accountParams, NameText } from '../http/names.ts';
import { allReadOnly, listOf, NoBody, nullable, readOnly, Timestamp } from '../http/schemas.ts';

const Name = Type.String({ minLength: 1, maxLength: 255 });
const maxPageSize = 1_000;
/** `start` is the id of the first session. */
const sessionPageQuery = Type.Object(
  {
    start: Type.String({
      maxLength: 36,
      allowed: 'the id that nextPageStart of the page before gave',
      pattern: '^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$',
      default: '',
    }),
    limit: Type.Integer({ minimum: 1, maximum: maxPageSize, default: 100 }),
  },
  { additionalProperties: false },
);

const tags = ['sessions'];

const SessionView = Type.Object(
  allReadOnly({
    id: Type.String(),
    createdAt: Timestamp,
    lastUsedAt: Type.Unsafe<Date>({ ...Timestamp, description: 'To within a minute' }),
    expiresAt: Type.Unsafe<Date>({ ...Timestamp, description: 'When it ends if it is not used until then' }),
    address: Type.String({ description: 'Where it was begun' }),
    userAgent: Type.String(),
  }),
  { title: 'Session' },
);

const ListedSessionView = Type.Object(
  { ...SessionView.properties, isCurrent: readOnly(Type.Boolean()) },
  { title: 'ListedSession' },
);

/**
 * Sessions of browsers: `/enzi/v0/login`, `logout` and `session`, and those of an account. The cookie of a session stands
 * in place of the header `Authorization`; what changes something needs its CSRF token besides.
 */
export function sessionRoutes(app: ApiInstance, deps: AccountDeps): void {
  const { pool, signIn, sessions, clientAddress, publicUrl } = deps;

  app.get(
    '/enzi/v0/login',
    {
      config: { access: 'anonymous' },
      schema: {
        summary: 'Show how people may sign in',
        tags,
        response: { 200: Type.Object({ password: Type.Boolean(), oidc: Type.Boolean() }) },
      },
    },
    async () => ({ password: true, oidc: deps.oidc !== undefined }),
  );

  app.post(
    '/enzi/v0/login',
    {
      config: { access: 'anonymous' },
      schema: {
        summary: 'Begin a session with a password',
        tags,
        body: Type.Object(
          { username: NameText, password: Type.String({ maxLength: 4_096 }) },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ account: AccountView, session: SessionView, csrfToken: Type.String() }) },
      },
    },
    async ({ raw, body }, reply) => {
      // Nobody is to be signed in as somebody else without knowing.
      assertNotCrossSite(raw, publicUrl);
      const address = clientAddress(raw);
      const credentials = { name: body.username, secret: body.password, address };
      const passwordHash = await findPasswordHashByName(pool, body.username);
      const signedIn = await signIn(credentials);
      // A robot has no browser, and its secret is no password.
      if (!signedIn || signedIn.account.robot) {
        throw new DomainError('NOT_AUTHENTICATED', 'user name or password is wrong');
      }
      // It would outlive the token.
      if (signedIn.accessTokenHash !== undefined) {
        throw new DomainError(
          'NOT_AUTHORIZED',
          'a session begins with a password: send the access token with each request, in Authorization: Basic',
        );
      }
      const { session, csrfToken, setCookie } = await sessions.begin(
        { account: signedIn.account, by: 'password', passwordHash },
        raw,
        address,
      );
      void reply.headers({ 'set-cookie': setCookie, 'cache-control': 'no-store' });
      return { account: await requireNamed(pool, signedIn.account.id), session, csrfToken };
    },
  );

  app.post(
    '/enzi/v0/logout',
    {
      config: { access: 'authenticated' },
      schema: { summary: 'End the session of this browser', tags, response: { 204: NoBody } },
    },
    async ({ session, raw }, reply) => {
      // A cookie beside another proof has not been checked, and a page of another site could have sent it.
      if (session) await sessions.end(raw, clientAddress(raw));
      void reply.header('set-cookie', sessions.clearCookie);
      return reply.code(204).send();
    },
  );

  app.get(
    '/enzi/v0/session',
    {
      config: { access: 'authenticated' },
      schema: {
        summary: 'Show who has signed in, and the session of this browser',
        tags,
        response: {
          200: Type.Object({
            account: AccountView,
            session: nullable(SessionView),
            csrfToken: nullable(Type.String()),
          }),
        },
      },
    },
    async (request, reply) => {
      const { session, csrfToken = null } = request.session ?? { session: null };
      void reply.header('cache-control', 'no-store');
      return { account: await requireNamed(pool, requireAccount(request).id), session, csrfToken };
    },
  );

  app.get(
    '/enzi/v0/accounts/:username/sessions',
    {
      config: { access: 'self' },
      schema: {
        summary: 'List the sessions of a user',
        tags,
        params: accountParams,
        querystring: sessionPageQuery,
        response: { 200: Type.Object({ sessions: listOf(ListedSessionView), nextPageStart: NextPageStart }) },
      },
    },
    async (request, reply) => {
      const { id } = await requireNamed(pool, request.params.username);
      const current = request.session?.session.id;
      const { entries, next, headers } = await fillListPage(request.query, {
        load: (page) => listSessions(pool, id, page),
        nameOf: (session) => session.id,
        view: (session) => ({ ...session, isCurrent: session.id === current }),
      });
      return reply.headers(headers).send({ sessions: entries, nextPageStart: next });
    },
  );

  app.delete(
    '/enzi/v0/accounts/:username/sessions/:session',
    {
      config: { access: 'self' },
      schema: {
        summary: 'End a session of a user',
        tags,
        params: Type.Object({ ...accountParams.properties, session: Name }),
        response: { 204: NoBody },
      },
    },
    async (request, reply) => {
      const { username, session } = request.params;
      const { id, name } = await requireNamed(pool, username);
      await auditedChange(deps, request, async (tx, record) => {
        if (!isId(session) || !(await deleteSession(tx, id, session))) {
          throw new DomainError('NO_SUCH_SESSION', `"${name}" has no session "${session}"`);
        }
        await record({ kind: 'SESSION_DELETE', object: { id: session, name }, namespace: name });
      });
      return reply.code(204).send();
    },
  );
}
