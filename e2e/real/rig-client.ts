// The rig (tools/real-rig.mjs) as an object: starts it, sends its commands, ends it. Plain Node.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type {
	ArmActionInput,
	ArmName,
	ArmState,
	PortActionInput,
	RigAnswer,
	RigHello
} from '../../tools/real-rig/commands';

export interface Rig {
	readonly dir: string;
	/** Whether a running browser is told of plugging. */
	readonly hotplug: boolean;
	/** Puts a fault into an arm; throws when the rig refuses it. */
	arm(arm: ArmName, action: ArmActionInput): Promise<void>;
	port(arm: ArmName, action: Exclude<PortActionInput, { do: 'state' }>): Promise<void>;
	state(arm: ArmName): Promise<ArmState>;
	/** Everything healed and plugged in again. */
	reset(): Promise<void>;
	/** What an administrator rules (Chromium's policies); before the browser starts. */
	rule(policy: Readonly<Record<string, unknown>>): Promise<void>;
	close(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL('../../tools/real-rig.mjs', import.meta.url));

export async function startRig(): Promise<Rig> {
	const child = spawn(process.execPath, [SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] });
	const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
	const waiting = new Map<number, (answer: RigAnswer) => void>();
	const hello = await new Promise<RigHello>((resolve, reject) => {
		child.on('exit', (code) => reject(new Error(`the rig ended with ${code ?? 'a signal'}`)));
		createInterface({ input: child.stdout }).on('line', (line) => {
			const said = JSON.parse(line) as RigHello | RigAnswer;
			if ('rigDir' in said) resolve(said);
			else {
				waiting.get(said.id)?.(said);
				waiting.delete(said.id);
			}
		});
	});

	let last = 0;
	const ask = (command: Record<string, unknown>): Promise<ArmState | null> =>
		new Promise((resolve, reject) => {
			const id = ++last;
			waiting.set(id, (answer) => {
				if (answer.ok) resolve(answer.state);
				else reject(new Error(answer.error));
			});
			child.stdin.write(`${JSON.stringify({ id, ...command })}\n`);
		});
	const rig: Rig = {
		dir: hello.rigDir,
		hotplug: hello.hotplug,
		async arm(arm, action) {
			await ask({ arm, action });
		},
		async port(arm, port) {
			await ask({ arm, port });
		},
		async state(arm) {
			const state = await ask({ arm, port: { do: 'state' } });
			if (state === null) throw new TypeError('the rig told no state');
			return state;
		},
		async reset() {
			for (const arm of ['leader', 'follower'] as const) {
				await rig.arm(arm, { do: 'heal' });
				await rig.arm(arm, { do: 'hand', pose: null });
				await rig.port(arm, { do: 'busy', on: false });
				await rig.port(arm, { do: 'plug' });
			}
		},
		async rule(policy) {
			await ask({ do: 'rule', policy });
		},
		close() {
			child.stdin.end();
			return ended;
		}
	};
	return rig;
}
