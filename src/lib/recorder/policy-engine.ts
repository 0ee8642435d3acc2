// Where a seat keeps its policies: database `edubotics-policies-<seat>`, beside the one of its recordings. Only the tables;
// what lies in them is the inference room's (`openPolicyStore`). It is opened here because IndexedDB has its home in this
// room, with all that was learned of killed browsers (fresh-log) and full disks.

import { openIdbEngine } from './idb-engine';
import { POLICY_TABLES, type StorageEngine } from './storage-engine';

/** Layout of the database; raised together with an upgrade step. */
const POLICY_IDB_VERSION = 1;

/** Opens or creates it. Rejects as `openIdbEngine` does. */
export function openIdbPolicyEngine(seatId: string): Promise<StorageEngine> {
	return openIdbEngine(`edubotics-policies-${seatId}`, POLICY_IDB_VERSION, POLICY_TABLES);
}
