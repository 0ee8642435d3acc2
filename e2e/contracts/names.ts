// Which contract runs over what, by name: what the runner lists and the page must have. Plain data, read on both sides.

export const SUITES = [
	'SerialTransport: memory',
	'SerialTransport: virtual chain in process',
	'SerialTransport: message port, lockstep',
	'SerialTransport: message port, wall',
	'SerialTransport: message port to a worker, lockstep',
	'SerialTransport: message port to a worker, wall',
	'RecordingStore: memory',
	'RecordingStore: IndexedDB',
	'PolicyStore: memory',
	'PolicyStore: IndexedDB',
	'Camera: pattern',
	'Camera: rendered',
	'Camera: rendered by a worker',
	'FileSink: memory',
	'FileSink: zip in a Blob',
	"FileSink: folder in the browser's own storage"
] as const;

export type SuiteName = (typeof SUITES)[number];

export const REALMS = ['page', 'worker'] as const;

export type Realm = (typeof REALMS)[number];

export interface SuiteReport {
	/** Names of all cases, in order. */
	readonly cases: readonly string[];
	/** One line per case that failed: its name and what was found instead. */
	readonly failures: readonly string[];
}
