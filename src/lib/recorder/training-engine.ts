// Where a seat keeps what it was learning when its page went away: database `edubotics-trainings-<seat>`. Only the tables; what
// lies in them is the training room's (`createCheckpointStore`).

import { openIdbEngine } from './idb-engine';
import { TRAINING_TABLES, type StorageEngine } from './storage-engine';

/** Layout of the database; raised together with an upgrade step. */
const TRAINING_IDB_VERSION = 1;

/** Opens or creates it. Rejects as `openIdbEngine` does. */
export function openIdbTrainingEngine(seatId: string): Promise<StorageEngine> {
	return openIdbEngine(`edubotics-trainings-${seatId}`, TRAINING_IDB_VERSION, TRAINING_TABLES);
}
