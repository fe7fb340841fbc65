/** Operations of the DTR 2.7 API that are not here, each with why. */
export const absentOperations: readonly (readonly [RegExp, string])[] = [
  [/ \/api\/v0\/imagescan\//, 'scanning is not in this version'],
  [/ \/api\/v0\/repositories\/scan\/toggle$/, 'scanning is not in this version'],
  [/ \/api\/v0\/remote\/registry$/, 'mirroring is not in this version'],
  [/\/(?:m|pollM|pushM)irroringPolicies/, 'mirroring is not in this version'],
  [/\/tags\/\{tag\}\/pushMirroring$/, 'mirroring is not in this version'],
  [/\/promotionPolicies/, 'promotion is not in this version'],
  [/\/tags\/\{tag\}\/promotion$/, 'promotion is not in this version'],
  [/\/pruningPolicies/, 'pruning policies are not in this version'],
];

/** Parameters, fields and statuses of the DTR 2.7 API that are not here, or that differ, each with why. */
export const absentFields: readonly (readonly [RegExp, string])[] = [
  [/ body scanningDeadline is /, 'whoever sends a setting that is fixed here may send it as it was read'],
  [/^DELETE \/api\/v0\/repositories\/\{namespace\}\/\{reponame\} query domain$/, 'a registry has one domain: ignored'],
  [/\/events answer events\[\]\.(?:object|target)\.(?:content|name) /, 'what is said of an event is in `details`'],
  [/\.?(?:manifest\.|\[\]\.)dockerfile\b/, 'the configuration of an image is not read: its client has it'],
  [/\.osVersion is not there$/, 'of a platform, os and architecture are kept'],
  [/ answer \[\]\.mirroring\b/, 'mirroring is not in this version'],
  [/ answer \[\]\.promotion\b/, 'promotion is not in this version'],
  [/ answer \[\]\.(?:components|licenses|vuln_summary)\b/, 'scanning is not in this version'],
];
