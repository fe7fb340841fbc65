/** An action that clients know from MSR, and that this registry does not have. */
export interface AbsentAction {
  readonly name: string;
  /** What does its work here, in words that end a sentence. */
  readonly instead: string;
}

const migration = 'the database is migrated when the program starts';
const scanner = 'this version has no scanner';
const mirroring = 'this version has no mirroring';
const pruning = 'this version has no pruning policies';
const charts = 'this version has no charts';

/**
 * What scripts and user interfaces that were made for MSR name in filters: there are no such jobs, which is no mistake of
 * theirs. Who wants to start one is told what does its work.
 */
export const absentActions: readonly AbsentAction[] = [
  { name: 'ro_registry', instead: 'POST /api/v0/meta/settings {"readOnlyRegistry":true} makes the registry read-only' },
  { name: 'license_update', instead: 'this registry needs no license' },
  { name: 'metadatastoremigration', instead: migration },
  { name: 'tagmigration', instead: migration },
  { name: 'bloblinkmigration', instead: migration },
  { name: 'scannedlayermigration', instead: migration },
  { name: 'nautilus_update_db', instead: scanner },
  { name: 'nautilus_scan_check', instead: scanner },
  { name: 'nautilus_scan_check_single', instead: scanner },
  { name: 'update_vuln_db', instead: scanner },
  { name: 'scan_check', instead: scanner },
  { name: 'scan_check_single', instead: scanner },
  { name: 'scan_check_all', instead: scanner },
  { name: 'onlinegc_scans', instead: scanner },
  { name: 'poll_mirror', instead: mirroring },
  { name: 'push_mirror_tag', instead: mirroring },
  { name: 'tag_prune', instead: pruning },
  { name: 'tag_pruning', instead: pruning },
  { name: 'helm_chart_lint', instead: charts },
  { name: 'helm_chart_lint_all', instead: charts },
];

/** The action of MSR of this name that is not here, or undefined where it is, or where MSR has none such. */
export function findAbsentAction(name: string): AbsentAction | undefined {
  return absentActions.find((action) => action.name === name);
}
