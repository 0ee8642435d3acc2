// From record ticks and packets to rows that are whole. A row exists only with exactly one picture of every camera, in
// order, and must decode: so a picture that an encoder lets go takes its row with it, for all cameras, and the rows after
// it up to the next common key picture, because another camera's later pictures may refer to the one that was removed.
// Cameras get their key pictures on the same rows, which makes that at most one group (2 rows by default).

import type { EncodedPacket } from '$lib/contracts';

/** What is known of a row before its packets. */
export interface RowData {
	/** On the episode's time scale, ms. */
	readonly captureMs: number;
	readonly state: Float32Array;
	readonly action: Float32Array;
	readonly cameraMs: readonly number[];
	/** A person had taken over from a policy. */
	readonly correction?: boolean;
}

export type RowPacket = Omit<EncodedPacket, 'frameIndex'>;

export interface WholeRow extends RowData {
	/** One per camera. */
	readonly packets: readonly RowPacket[];
}

export interface RowAssembler {
	/** Announces a row whose pictures are about to be encoded under the returned sequence number. */
	begin(data: RowData): { readonly sequence: number; readonly key: boolean };
	/** A packet arrived; earlier rows without one of this camera have lost theirs. */
	packet(camera: number, sequence: number, packet: RowPacket): void;
	/** Nothing more will come: rows that are not whole are lost. */
	finish(): void;
	/** Rows begun and neither whole nor lost. */
	readonly pending: number;
}

export interface RowAssemblerOptions {
	readonly cameras: number;
	/** A key picture at least every so many rows, 2 to 5. */
	readonly groupLength: number;
	readonly onRow: (row: WholeRow) => void;
	/** `camera` swallowed a picture. */
	readonly onSwallowed: (camera: number) => void;
	/** A row is not going to exist. */
	readonly onDropped: () => void;
}

interface PendingRow {
	readonly sequence: number;
	readonly key: boolean;
	readonly data: RowData;
	readonly packets: (RowPacket | undefined)[];
	missing: number;
	lost: boolean;
}

export function createRowAssembler(options: RowAssemblerOptions): RowAssembler {
	const { cameras, groupLength, onRow, onSwallowed, onDropped } = options;
	const pending: PendingRow[] = [];
	/** Youngest sequence each camera has answered; -1 before the first. */
	const answered = new Array<number>(cameras).fill(-1);
	let next = 0;
	let sinceKey = groupLength;
	/** A row of this group was lost; rows are refused until one that is key for all cameras. */
	let broken = false;

	const lose = (row: PendingRow, camera: number): void => {
		onSwallowed(camera);
		row.lost = true;
		// The group cannot be completed any more: begin a new one as soon as possible.
		sinceKey = groupLength;
	};

	const deliver = (): void => {
		for (let row = pending[0]; row && (row.missing === 0 || row.lost); row = pending[0]) {
			pending.shift();
			const packets = row.packets.filter((packet) => packet !== undefined);
			const whole =
				!row.lost && packets.length === cameras && (!row.key || packets.every((packet) => packet.key));
			if (row.key) broken = !whole;
			else if (!whole) broken = true;
			if (whole && !broken) onRow({ ...row.data, packets });
			else onDropped();
		}
	};

	return {
		begin(data) {
			const key = sinceKey >= groupLength;
			sinceKey = key ? 1 : sinceKey + 1;
			const sequence = next++;
			const packets = new Array<RowPacket | undefined>(cameras).fill(undefined);
			pending.push({ sequence, key, data, packets, missing: cameras, lost: false });
			if (cameras === 0) deliver();
			return { sequence, key };
		},
		packet(camera, sequence, packet) {
			const before = answered[camera] ?? -1;
			answered[camera] = Math.max(before, sequence);
			for (const row of pending) {
				if (row.sequence > sequence) break;
				if (row.sequence <= before || row.packets[camera]) continue;
				if (row.sequence < sequence) lose(row, camera);
				else {
					row.packets[camera] = packet;
					row.missing -= 1;
				}
			}
			deliver();
		},
		finish() {
			for (const row of pending)
				for (let camera = 0; camera < cameras; camera++)
					if (!row.packets[camera] && row.sequence > (answered[camera] ?? -1)) lose(row, camera);
			deliver();
		},
		get pending() {
			return pending.length;
		}
	};
}
