// Protobuf messages taken apart into fields and put together again, as much as filling a template of ours needs. Files of
// strangers are read by the inference room's `Wire`, which suspects everything. Source: protobuf's "Encoding" page.

export type Bytes = Uint8Array<ArrayBuffer>;

export interface Field {
	readonly number: number;
	readonly type: number;
	/** Of a length-delimited field its content, of any other the value as it stands in the file. */
	readonly content: Uint8Array;
}

const LENGTH_DELIMITED = 2;
const FIXED_BYTES: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

export function joinBytes(parts: readonly Uint8Array[]): Bytes {
	const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const part of parts) {
		whole.set(part, at);
		at += part.length;
	}
	return whole;
}

/** Whole numbers from 0 to 2^53. */
function varint(value: number): Bytes {
	const bytes: number[] = [];
	let rest = value;
	do {
		bytes.push((rest % 128) + (rest > 127 ? 128 : 0));
		rest = Math.floor(rest / 128);
	} while (rest > 0);
	return Uint8Array.from(bytes);
}

/** The fields of one message in their order. Throws a RangeError for bytes that are none. */
export function fieldsOf(message: Uint8Array): Field[] {
	const fields: Field[] = [];
	let at = 0;
	const end = (): number => {
		let value = 0;
		for (let n = 0; n < 10; n++) {
			const byte = message[at++];
			if (byte === undefined) throw new RangeError('ends inside a number');
			value += (byte & 127) * 2 ** (7 * n);
			if (byte < 128) return value;
		}
		throw new RangeError('a number of more than ten bytes');
	};
	while (at < message.length) {
		const key = end();
		const [number, type] = [Math.floor(key / 8), key % 8];
		const start = at;
		let from = start;
		if (type === LENGTH_DELIMITED) {
			const length = end();
			from = at;
			at += length;
		} else if (type === 0) end();
		else at += FIXED_BYTES[type] ?? Infinity;
		if (at > message.length) throw new RangeError('ends inside a field');
		fields.push({ number, type, content: message.subarray(from, at) });
	}
	return fields;
}

export function messageOf(fields: readonly Field[]): Bytes {
	return joinBytes(
		fields.flatMap(({ number, type, content }) => [
			varint(number * 8 + type),
			...(type === LENGTH_DELIMITED ? [varint(content.length)] : []),
			content
		])
	);
}

export const delimited = (number: number, content: Uint8Array): Field => ({
	number,
	type: LENGTH_DELIMITED,
	content
});

/** The value of a field that holds a whole number. */
export function wholeNumber({ content }: Field): number {
	return content.reduce((sum, byte, n) => sum + (byte & 127) * 2 ** (7 * n), 0);
}
