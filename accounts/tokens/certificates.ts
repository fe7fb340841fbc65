import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';

/** What a certificate speaks for, and what signs it: keys of ES256 as PEM (PKCS #8 the private ones). */
export interface CertifiedKey {
  /** DER. */
  readonly certificate: Buffer;
  readonly privateKeyPem: string;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const rootName = 'CN=Jobrunner token root';
const dayMs = 86_400_000;
// Whoever verifies tokens by the root has its certificate in a file.
const rootLifeMs = 20 * 365 * dayMs;
/** A key signs for a year at the most; its certificate lives longer than its last token. */
const keyCertificateLifeMs = 2 * 365 * dayMs;

/** Makes the root above all keys that sign tokens: certifies itself. */
export async function createRootCertificate(privateKeyPem: string): Promise<CertifiedKey> {
  const certificate = await issue(privateKeyPem, rootName, { privateKeyPem, name: rootName }, rootLifeMs, true);
  return { certificate, privateKeyPem };
}

/**
 * Certifies a key that signs tokens, for the `x5c` header by which CNCF distribution and Notary find the key of a token
 * (RFC 7515, section 4.1.6).
 *
 * @returns the certificate, DER
 */
export function certifySigningKey(root: CertifiedKey, privateKeyPem: string, kid: string): Promise<Buffer> {
  const issuer = { privateKeyPem: root.privateKeyPem, name: rootName };
  return issue(privateKeyPem, `CN=Jobrunner token key ${kid}`, issuer, keyCertificateLifeMs, false);
}

async function issue(
  subjectKeyPem: string,
  subject: string,
  issuer: { readonly privateKeyPem: string; readonly name: string },
  lifeMs: number,
  isAuthority: boolean,
): Promise<Buffer> {
  // Loaded where it is needed, once in months: it is large, and wants metadata of a kind that nothing else does.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const signingKey = createPrivateKey(issuer.privateKeyPem).toCryptoKey(algorithm, false, ['sign']);
  const publicKey = createPublicKey(subjectKeyPem).toCryptoKey(algorithm, true, ['verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    // Positive (RFC 5280, section 4.1.2.2).
    serialNumber: `01${randomBytes(15).toString('hex')}`,
    subject,
    issuer: issuer.name,
    // Clocks of the machines that verify differ a little.
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + lifeMs),
    publicKey,
    signingKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(isAuthority, undefined, true),
      new x509.KeyUsagesExtension(
        isAuthority ? x509.KeyUsageFlags.keyCertSign : x509.KeyUsageFlags.digitalSignature,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(
        createPublicKey(issuer.privateKeyPem).toCryptoKey(algorithm, true, ['verify']),
      ),
    ],
  });
  return Buffer.from(certificate.rawData);
}
