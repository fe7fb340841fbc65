import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const dayMs = 86_400_000;

/** A certificate and its key, both PEM. */
export interface TestCertificate {
  readonly name: string;
  readonly certificate: string;
  readonly key: string;
}

export interface TestCertificateOptions {
  /** Who signs it; by default it signs itself. */
  readonly issuer?: TestCertificate;
  readonly isAuthority?: boolean;
  /** How long ago it ended. */
  readonly expiredMs?: number;
  /** Host that it is for. */
  readonly host?: string;
}

/** Makes a certificate that is good for a day. */
export async function createTestCertificate(
  name: string,
  { issuer, isAuthority = false, expiredMs, host }: TestCertificateOptions = {},
): Promise<TestCertificate> {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const issuerKey = issuer?.key ?? key;
  const publicKey = pair.publicKey.toCryptoKey(algorithm, true, ['verify']);
  const notAfterMs = expiredMs === undefined ? Date.now() + dayMs : Date.now() - expiredMs;
  const made = await x509.X509CertificateGenerator.create({
    serialNumber: `01${randomBytes(15).toString('hex')}`,
    subject: `CN=${name}`,
    issuer: `CN=${issuer?.name ?? name}`,
    notBefore: new Date(Date.now() - 30 * dayMs),
    notAfter: new Date(notAfterMs),
    publicKey,
    signingKey: createPrivateKey(issuerKey).toCryptoKey(algorithm, false, ['sign']),
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(isAuthority, undefined, true),
      await x509.AuthorityKeyIdentifierExtension.create(
        createPublicKey(issuerKey).toCryptoKey(algorithm, true, ['verify']),
      ),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      ...(host === undefined ? [] : [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: host }])]),
    ],
  });
  return { name, certificate: `${made.toString('pem')}\n`, key };
}
