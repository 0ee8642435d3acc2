// The register file of one virtual STS3215: what is lasting and what is RAM, the lock, factory values. Written from the
// servo's side and on purpose independent of the host's register table, so that one can contradict the other.
//
// Lock (55) = 0: writes to lasting addresses survive a power cycle; = 1: they act until the power goes.

export const REG = {
	id: 5,
	baud: 6,
	returnDelay: 7,
	responseLevel: 8,
	minLimit: 9,
	maxLimit: 11,
	maxTemperature: 13,
	maxVoltage: 14,
	minVoltage: 15,
	maxTorque: 16,
	unloading: 19,
	p: 21,
	d: 22,
	i: 23,
	cwDead: 26,
	ccwDead: 27,
	protectionCurrent: 28,
	homingOffset: 31,
	mode: 33,
	protectiveTorque: 34,
	protectionTime: 35,
	overloadTorque: 36,
	overcurrentTime: 38,
	torqueEnable: 40,
	acceleration: 41,
	goalPosition: 42,
	goalTime: 44,
	goalVelocity: 46,
	torqueLimit: 48,
	lock: 55,
	position: 56,
	velocity: 58,
	load: 60,
	voltage: 62,
	temperature: 63,
	status: 65,
	moving: 66,
	current: 69,
	maxAcceleration: 85
} as const;

const SIZE = 128;
const RAM_FROM = 40;
const RAM_TO = 79;

const FACTORY_BYTES: readonly (readonly [address: number, value: number])[] = [
	[0, 3],
	[1, 10],
	[3, 0x09],
	[4, 0x03],
	[REG.id, 1],
	[REG.baud, 0],
	[REG.returnDelay, 250],
	[REG.responseLevel, 1],
	[REG.maxLimit, 0xff],
	[REG.maxLimit + 1, 0x0f],
	[REG.maxTemperature, 70],
	[REG.maxVoltage, 80],
	[REG.minVoltage, 40],
	[REG.maxTorque, 0xe8],
	[REG.maxTorque + 1, 0x03],
	[18, 12],
	[REG.unloading, 44],
	[20, 47],
	[REG.p, 32],
	[REG.d, 32],
	[REG.i, 0],
	[24, 16],
	[REG.cwDead, 1],
	[REG.ccwDead, 1],
	[REG.protectionCurrent, 0xf4],
	[REG.protectionCurrent + 1, 0x01],
	[30, 1],
	[REG.protectiveTorque, 20],
	[REG.protectionTime, 200],
	[REG.overloadTorque, 80],
	[37, 10],
	[REG.overcurrentTime, 200],
	[39, 10],
	[80, 1],
	[REG.maxAcceleration, 254]
];

/** Values RAM starts with after power-up. */
const RAM_BYTES: readonly (readonly [address: number, value: number])[] = [
	[REG.torqueLimit, 0xe8],
	[REG.torqueLimit + 1, 0x03],
	[REG.lock, 1]
];

function isReadOnly(address: number): boolean {
	return address < 5 || (address >= REG.position && address < 80);
}

export class ServoMemory {
	readonly bytes = new Uint8Array(SIZE);
	/** What survives a power cycle. */
	readonly #lasting = new Uint8Array(SIZE);
	/** Writes that reached lasting memory, for tests of wear. */
	lastingWrites = 0;
	/** Addresses whose cells take no value any more: the servo acknowledges a write and keeps the old one. */
	readonly wornOut = new Set<number>();

	constructor(id: number) {
		this.restoreFactory(id);
	}

	/** Back to factory values; the id is kept as the reset instruction does. */
	restoreFactory(id: number): void {
		this.#lasting.fill(0);
		for (const [address, value] of FACTORY_BYTES) this.#lasting[address] = value;
		this.#lasting[REG.id] = id;
		this.powerUp();
	}

	powerUp(): void {
		this.bytes.set(this.#lasting);
		this.bytes.fill(0, RAM_FROM, RAM_TO + 1);
		for (const [address, value] of RAM_BYTES) this.bytes[address] = value;
		// The torque limit starts from the lasting maximum.
		this.setWord(REG.torqueLimit, this.word(REG.maxTorque));
	}

	/** Changes a value as the maker would on the bench: no lock, no wear. */
	preset(address: number, value: number, size: 1 | 2): void {
		for (let k = 0; k < size; k++) {
			this.bytes[address + k] = (value >> (8 * k)) & 0xff;
			this.#lasting[address + k] = (value >> (8 * k)) & 0xff;
		}
	}

	/** A host's write. Read-only addresses ignore it. */
	write(address: number, data: Uint8Array, offset: number, length: number): void {
		const unlocked = this.bytes[REG.lock] === 0;
		let lasting = false;
		for (let k = 0; k < length; k++) {
			const at = address + k;
			if (at >= SIZE || isReadOnly(at) || this.wornOut.has(at)) continue;
			const value = data[offset + k] ?? 0;
			this.bytes[at] = value;
			if (at >= RAM_FROM && at <= RAM_TO) continue;
			lasting = true;
			if (unlocked) this.#lasting[at] = value;
		}
		if (lasting) this.lastingWrites += 1;
	}

	byte(address: number): number {
		return this.bytes[address] ?? 0;
	}

	word(address: number): number {
		return (this.bytes[address] ?? 0) | ((this.bytes[address + 1] ?? 0) << 8);
	}

	signed(address: number, signBit: number): number {
		const word = this.word(address);
		const magnitude = word & ((1 << signBit) - 1);
		return word & (1 << signBit) ? -magnitude : magnitude;
	}

	setByte(address: number, value: number): void {
		this.bytes[address] = value;
	}

	setWord(address: number, value: number): void {
		this.bytes[address] = value & 0xff;
		this.bytes[address + 1] = (value >> 8) & 0xff;
	}

	/** Sign-magnitude; a magnitude that does not fit is cut to the largest. */
	setSigned(address: number, value: number, signBit: number): void {
		const magnitude = Math.min(Math.round(Math.abs(value)), (1 << signBit) - 1);
		this.setWord(address, magnitude | (value < 0 && magnitude > 0 ? 1 << signBit : 0));
	}
}
