import type { LimitName } from '../../settings/limits.ts';

/** The limits that pushes meet, which test/registry/limits.test.ts is about; test/api/limits.test.ts is about the others. */
export const limitsOfPushes: readonly LimitName[] = [
  'maxRepositoriesPerNamespace',
  'maxManifestsPerRepository',
  'maxTagsPerRepository',
  'maxOpenUploadsPerRepository',
  'maxOpenUploadsPerAccount',
];
