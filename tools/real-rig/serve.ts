// The rig's process: commands as JSON lines on standard input, one answer per command on standard output (commands.ts).
// Ends, and takes everything down, when its input ends.

import { createInterface } from 'node:readline';
import { warmUp } from '../pty-chain/serve';
import { CommandSchema, type RigAnswer, type RigHello } from './commands';
import { createRig, type Rig, type RigOptions } from './rig';

const say = (line: RigAnswer | RigHello): void => console.log(JSON.stringify(line));

async function answer(rig: Rig, line: string): Promise<RigAnswer> {
	let id = -1;
	try {
		const raw: unknown = JSON.parse(line);
		if (typeof raw === 'object' && raw !== null && 'id' in raw && typeof raw.id === 'number') id = raw.id;
		return { id, ok: true, state: await rig.handle(CommandSchema.parse(raw)) };
	} catch (error) {
		return { id, ok: false, error: error instanceof Error ? error.message : String(error) };
	}
}

export async function serveRig(options: RigOptions): Promise<void> {
	warmUp();
	const rig = await createRig(options);
	say({ rigDir: rig.dir, hotplug: options.hotplug });
	for (const signal of ['SIGTERM', 'SIGINT'] as const)
		process.on(signal, () => void rig.close().then(() => process.exit(0)));
	// One after the other: a command is done when the next begins.
	for await (const line of createInterface({ input: process.stdin })) say(await answer(rig, line));
	await rig.close();
	process.exit(0);
}
