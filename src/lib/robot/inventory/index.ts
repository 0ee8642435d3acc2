// The arms a computer knows.

export { formatArmFile, parseArmFile, type ArmFile, type ArmFileErrorCode } from './arm-file';
export {
	readArmRecord,
	type ArmCheck,
	type ArmFault,
	type ArmRecord,
	type HealthSession,
	type JointExtremes
} from './arm-record';
export { createMemoryArmStore, openInventory, type ArmStore, type InventoryKeeper } from './arm-store';
export { createHealthLog, type HealthLog } from './health-log';
export { EMPTY_INVENTORY, inventory, type Inventory, type InventoryEvent } from './inventory';
