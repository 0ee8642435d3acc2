// FFmpeg as an outside encoder and decoder for tests, in Node. Never part of the app.

import { spawn, spawnSync } from 'node:child_process';

export const HAS_FFMPEG = spawnSync('ffmpeg', ['-version'], { stdio: 'ignore' }).status === 0;

/** Runs FFmpeg with `input` on its standard input; what it wrote to standard output. Rejects when it fails. */
export async function ffmpeg(
	args: readonly string[],
	input: readonly Uint8Array[] = []
): Promise<Uint8Array> {
	const child = spawn('ffmpeg', ['-v', 'error', ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
	const output: Uint8Array[] = [];
	child.stdout.on('data', (piece: Uint8Array) => output.push(piece));
	const ended = new Promise<number | null>((resolve, reject) =>
		child.on('error', reject).on('close', resolve)
	);
	for (const piece of input) child.stdin.write(piece);
	child.stdin.end();
	const status = await ended;
	if (status !== 0) throw new Error(`ffmpeg ended with ${String(status)}`);
	return Buffer.concat(output);
}
