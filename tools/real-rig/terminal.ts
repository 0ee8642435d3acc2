// A pseudo terminal as two byte streams, by pty-chain/pump.py: one process for as long as a cable is in. When it ends, the
// terminal hangs up, and whoever has it open reads an error, as with a pulled USB adapter.

import { spawn } from 'node:child_process';

export interface Terminal {
	/** `/dev/pts/N` */
	readonly name: string;
	write(bytes: Uint8Array): void;
	/** Resolves when it is gone. */
	hangUp(): Promise<void>;
}

const HEADER_BYTES = 8;

/** Takes the pump's chunks apart again: each with the rate that the other side had set when it wrote. */
function chunks(onBytes: (bytes: Uint8Array, baudRate: number) => void): (data: Buffer) => void {
	let held = Buffer.alloc(0);
	return (data) => {
		held = Buffer.concat([held, data]);
		while (held.length >= HEADER_BYTES) {
			const end = HEADER_BYTES + held.readUInt32LE(4);
			if (held.length < end) return;
			onBytes(Uint8Array.from(held.subarray(HEADER_BYTES, end)), held.readUInt32LE(0));
			held = held.subarray(end);
		}
	};
}

/** Rejects when python3 (or $PYTHON) cannot be started. */
export function openTerminal(
	pump: string,
	onBytes: (bytes: Uint8Array, baudRate: number) => void
): Promise<Terminal> {
	const child = spawn(process.env['PYTHON'] ?? 'python3', [pump, '--rates']);
	const gone = new Promise<void>((resolve) => child.on('close', () => resolve()));
	child.stdout.on('data', chunks(onBytes));
	// What is written while the terminal goes is lost, as on a cable.
	child.stdin.on('error', () => undefined);
	return new Promise((resolve, reject) => {
		let heard = '';
		child.on('error', reject);
		child.on('exit', (code) => reject(new Error(`no pseudo terminal (${code ?? 'killed'}): ${heard}`)));
		child.stderr.on('data', (text: Buffer) => {
			const named = heard.includes('\n');
			heard += text.toString();
			if (named || !heard.includes('\n')) return;
			resolve({
				name: heard.split('\n')[0] ?? '',
				write: (bytes) => void child.stdin.write(bytes),
				hangUp() {
					child.kill('SIGKILL');
					return gone;
				}
			});
		});
	});
}
