import { HeadBucketCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';

/** Which bucket to use, and how to speak to it. Credentials come from where the AWS SDK looks for them. */
export interface S3Options {
  /** Undefined: Amazon's own. */
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly bucket: string;
  /** What every key starts with; empty, or ending in a slash. */
  readonly prefix: string;
  readonly forcePathStyle: boolean;
}

/** The bucket cannot be used. The message is for the person who configured it. */
export class BucketUnusableError extends Error {
  override name = 'BucketUnusableError';
}

// Every pull holds a connection for as long as its client reads, so the SDK's 50 would let slow clients stop all others.
const maxSockets = 1_024;
const connectionTimeoutMs = 5_000;
// A part of 8 MiB needs 70 kB/s to be in time.
const requestTimeoutMs = 120_000;
const socketTimeoutMs = 300_000;

/**
 * Makes a client. A request that fails with 500, 503 or a broken connection is sent again after a growing wait.
 *
 * @param maxAttempts how often a request is sent in all
 */
export function createS3Client(options: S3Options, maxAttempts: number): S3Client {
  return new S3Client({
    region: options.region,
    forcePathStyle: options.forcePathStyle,
    ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
    maxAttempts,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: connectionTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      socketTimeout: socketTimeoutMs,
      httpAgent: { maxSockets },
      httpsAgent: { maxSockets },
    },
    // The signature covers the body already, and not every server knows the newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}

/**
 * Makes sure that the bucket is there and answers.
 *
 * @throws BucketUnusableError
 */
export async function assertBucketUsable(options: S3Options): Promise<void> {
  const client = createS3Client(options, 3);
  const where = `the S3 bucket "${options.bucket}" at ${options.endpoint ?? `AWS, region ${options.region},`}`;
  try {
    await client.send(new HeadBucketCommand({ Bucket: options.bucket }));
  } catch (error) {
    throw new BucketUnusableError(`${where} ${describe(error)}`, { cause: error });
  } finally {
    client.destroy();
  }
}

function describe(error: unknown): string {
  if (!(error instanceof S3ServiceException)) {
    return error instanceof Error && error.name === 'CredentialsProviderError'
      ? 'cannot be asked without credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile or role'
      : `cannot be reached: ${reasonOf(error)}; check S3_ENDPOINT`;
  }
  const status = error.$metadata.httpStatusCode;
  if (status === 404) return 'does not exist: make it, or set S3_BUCKET to another one';
  if (status === 403) return 'does not let these credentials in: check them, and the policy of the bucket';
  if (status === 301) return 'is in another region: set S3_REGION';
  return `answers with status ${status ?? 'unknown'} (${error.name}): check S3_ENDPOINT, S3_REGION and S3_FORCE_PATH_STYLE`;
}

/** An address with several IPs fails with one error for each. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ');
  return error instanceof Error ? error.message || error.name : String(error);
}

/** Whether S3 says that an object or a multipart upload does not exist. */
export function isMissing(error: unknown): boolean {
  if (!(error instanceof S3ServiceException) || error.name === 'NoSuchBucket') return false;
  return error.$metadata.httpStatusCode === 404;
}
