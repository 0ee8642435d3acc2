// Where a seat keeps what its class does not know yet: database `edubotics-class-<seat>`, bound to the seat when it is
// written. Only the tables; what lies in them is the classroom room's. It is opened here because IndexedDB has its home in
// this room.

import { openIdbEngine } from './idb-engine';
import { OUTBOX_TABLES, type StorageEngine } from './storage-engine';

/** Layout of the database; raised together with an upgrade step. */
const OUTBOX_IDB_VERSION = 1;

/** Opens or creates it. Rejects as `openIdbEngine` does. */
export function openIdbOutboxEngine(seatId: string): Promise<StorageEngine> {
	return openIdbEngine(`edubotics-class-${seatId}`, OUTBOX_IDB_VERSION, OUTBOX_TABLES);
}
