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

/** Rejects when python3 (or $PYTHON) cannot be started. */
export function openTerminal(pump: string, onBytes: (bytes: Uint8Array) => void): Promise<Terminal> {
	const child = spawn(process.env['PYTHON'] ?? 'python3', [pump]);
	const gone = new Promise<void>((resolve) => child.on('close', () => resolve()));
	child.stdout.on('data', onBytes);
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
