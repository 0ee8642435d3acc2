// The names in a zip and the content of its stored (uncompressed) entries, by the central directory, as any unpacker
// reads it: a file that was cut off has none. PKWARE APPNOTE 4.3.12, 4.3.14 to 4.3.16; sizes below 4 GiB.
import { crc32, inflateRawSync } from 'node:zlib';

export interface ZipListing {
	readonly names: readonly string[];
	/** Content of one entry, its checksum proved. Throws where there is none or it is damaged. */
	read(name: string): Buffer;
}

export function listZip(bytes: Buffer): ZipListing {
	const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
	if (end < 0) throw new RangeError('no end of central directory');
	const entries = new Map<string, { method: number; crc: number; size: number; at: number }>();
	let at = bytes.readUInt32LE(end + 16);
	for (let n = bytes.readUInt16LE(end + 10); n > 0; n--) {
		if (bytes.readUInt32LE(at) !== 0x02014b50) throw new RangeError('a broken central directory');
		const nameLength = bytes.readUInt16LE(at + 28);
		const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
		entries.set(name, {
			method: bytes.readUInt16LE(at + 10),
			crc: bytes.readUInt32LE(at + 16),
			size: bytes.readUInt32LE(at + 20),
			at: bytes.readUInt32LE(at + 42)
		});
		at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
	}
	return {
		names: [...entries.keys()],
		read(name) {
			const entry = entries.get(name);
			if (entry === undefined) throw new RangeError(`no ${name} in the zip`);
			const from = entry.at + 30 + bytes.readUInt16LE(entry.at + 26) + bytes.readUInt16LE(entry.at + 28);
			const stored = bytes.subarray(from, from + entry.size);
			const content = entry.method === 0 ? stored : inflateRawSync(stored);
			if (crc32(content) !== entry.crc) throw new RangeError(`${name} is damaged`);
			return content;
		}
	};
}
