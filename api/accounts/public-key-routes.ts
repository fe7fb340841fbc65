import { createHash, X509Certificate } from 'node:crypto';
import { Type } from 'typebox';
import { auditedChange } from '../http/audited-change.ts';
import { DomainError } from '../../errors/domain-error.ts';
import type { AccountDeps, ApiInstance } from '../http/instance.ts';
import { requireUser } from '../../accounts/named.ts';
import { fillListPage, NextPageStart, pageParameters } from './paging.ts';
import { deletePublicKey, insertPublicKey, listPublicKeys } from '../../accounts/sign-in/public-key-store.ts';
import { accountParams } from '../http/names.ts';
import { allReadOnly, listOf, NoBody, Timestamp } from '../http/schemas.ts';

const config = { access: 'self' } as const;
const Name = Type.String({ minLength: 1, maxLength: 255 });
// Each may have a certificate of 64 KiB.
const rowsAtOnce = 64;

const tags = ['public keys'];

/** A certificate by which an account signs in. */
const PublicKeyView = Type.Object(
  allReadOnly({
    id: Type.String({ description: 'SHA-256 of the certificate, in hex' }),
    accountID: Type.String(),
    label: Type.String(),
    publicKey: Type.String({ description: 'The certificate, PEM' }),
    createdAt: Timestamp,
  }),
  { title: 'PublicKey' },
);

/** `/enzi/v0/accounts/{name}/publicKeys`: the certificates by which a user's clients sign in. */
export function publicKeyRoutes(app: ApiInstance, deps: AccountDeps): void {
  const { pool } = deps;
  const path = '/enzi/v0/accounts/:username/publicKeys';

  app.get(
    path,
    {
      config,
      schema: {
        summary: 'List the certificates of a user',
        tags,
        params: accountParams,
        querystring: Type.Object(pageParameters, { additionalProperties: false }),
        response: { 200: Type.Object({ accountPublicKeys: listOf(PublicKeyView), nextPageStart: NextPageStart }) },
      },
    },
    async ({ params, query }, reply) => {
      const { id } = await requireUser(pool, params.username);
      const { entries, next, headers } = await fillListPage(query, {
        load: (each) => listPublicKeys(pool, id, each),
        nameOf: (key) => key.id,
        view: (key) => key,
        rowsAtOnce,
      });
      return reply.headers(headers).send({ accountPublicKeys: entries, nextPageStart: next });
    },
  );

  app.post(
    path,
    {
      config,
      schema: {
        summary: 'Register a certificate by which a user signs in',
        tags,
        params: accountParams,
        body: Type.Object(
          {
            label: Type.Optional(Type.String({ maxLength: 255 })),
            publicKey: Type.String({ minLength: 1, maxLength: 65_536 }),
          },
          { additionalProperties: false },
        ),
        response: { 201: PublicKeyView },
      },
    },
    async (request, reply) => {
      const { params, body } = request;
      const { id: accountID, name } = await requireUser(pool, params.username);
      const certificate = readCertificate(body.publicKey);
      const wanted = {
        id: createHash('sha256').update(certificate.raw).digest('hex'),
        accountID,
        label: body.label ?? '',
        publicKey: certificate.toString(),
      };
      const key = await auditedChange(deps, request, async (tx, record) => {
        const inserted = await insertPublicKey(tx, wanted, name);
        if (!inserted) {
          throw new DomainError(
            'PUBLIC_KEY_EXISTS',
            'this certificate is registered already, for this or another account',
          );
        }
        const { id, label } = inserted;
        const details = { owner: name, expiresAt: certificate.validToDate.toISOString() };
        await record({ kind: 'PUBLIC_KEY_CREATE', object: { id, name: label }, namespace: name, details });
        return inserted;
      });
      return reply.code(201).send(key);
    },
  );

  app.delete(
    `${path}/:key`,
    {
      config,
      schema: {
        summary: 'Remove a certificate of a user',
        tags,
        params: Type.Object({ ...accountParams.properties, key: Name }),
        response: { 204: NoBody },
      },
    },
    async (request, reply) => {
      const { key } = request.params;
      const { id, name } = await requireUser(pool, request.params.username);
      await auditedChange(deps, request, async (tx, record) => {
        if (!(await deletePublicKey(tx, id, key))) {
          throw new DomainError(
            'NO_SUCH_PUBLIC_KEY',
            `"${name}" has no certificate "${key}": GET /enzi/v0/accounts/${name}/publicKeys lists them`,
          );
        }
        await record({ kind: 'PUBLIC_KEY_DELETE', object: { id: key }, namespace: name, details: { owner: name } });
      });
      return reply.code(204).send();
    },
  );
}

/** @throws DomainError INVALID_CERTIFICATE */
function readCertificate(pem: string): X509Certificate {
  const wrong = (why: string, cause?: unknown): DomainError =>
    new DomainError('INVALID_CERTIFICATE', `publicKey ${why}`, { cause });
  if (pem.match(/-----BEGIN /g)?.length !== 1) {
    throw wrong('must be the PEM of one certificate, without its key and without those above it');
  }
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch (error) {
    throw wrong('is not the PEM of a certificate', error);
  }
  if (certificate.ca) throw wrong('is the certificate of an authority: register those of clients');
  if (certificate.validToDate.getTime() < Date.now()) throw wrong(`expired on ${certificate.validTo}`);
  return certificate;
}
