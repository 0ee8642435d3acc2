// Two virtual arms behind pseudo terminals that a browser in the namespace (namespace.sh) takes for USB serial ports, and the
// switchboard that plugs, unplugs and breaks them while it looks. Wall time; wire time is charged to stamps, not slept.

import { spawn } from 'node:child_process';
import { ARMS, type ArmName, type ArmState, type CommandSchema, type PortAction } from './commands';
import { openTerminal, type Terminal } from './terminal';
import { createUsbTree, type UsbTree } from './usb-tree';
import { createVirtualArm, type VirtualArm } from './virtual-arm';
import type { z } from 'zod';

/** Two arms of a school: mounted by two people. */
const HOMING_OFFSETS: Readonly<Record<ArmName, readonly number[]>> = {
	leader: [121, -88, 340, -512, 77, -260],
	follower: [-447, -347, -247, -147, -47, 53]
};
const PHYSICS_EVERY_MS = 10;

export interface RigOptions {
	/** Paths of the two Python helpers. */
	readonly pump: string;
	readonly udevEvent: string;
	/** Whether a running browser may be told of plugging (no udevd on this machine). */
	readonly hotplug: boolean;
	/** Arms that are plugged in from the start. */
	readonly plugged: readonly ArmName[];
}

interface Port {
	readonly arm: VirtualArm;
	readonly index: number;
	terminal: Terminal | null;
	busy: boolean;
}

export interface Rig {
	readonly dir: string;
	handle(command: z.infer<typeof CommandSchema>): Promise<ArmState | null>;
	close(): Promise<void>;
}

export async function createRig(options: RigOptions): Promise<Rig> {
	const tree = createUsbTree();
	const startMs = performance.now();
	const now = (): number => performance.now() - startMs;
	const ports = Object.fromEntries(ARMS.map((name, index) => [name, createPort(name, index)])) as Record<
		ArmName,
		Port
	>;
	const clock = setInterval(() => {
		for (const name of ARMS) ports[name].arm.advanceTo(now());
	}, PHYSICS_EVERY_MS);
	const plug = (name: ArmName): Promise<void> => plugIn(ports[name], tree, options, now);
	for (const name of options.plugged) await plug(name);

	const doToPort = async (name: ArmName, action: PortAction): Promise<ArmState | null> => {
		const port = ports[name];
		switch (action.do) {
			case 'plug':
				await plug(name);
				return null;
			case 'unplug':
				await pullOut(port, tree, options);
				return null;
			case 'busy':
				port.busy = action.on;
				if (port.terminal !== null) tree.lead(port.index, action.on ? null : port.terminal.name);
				return null;
			case 'state':
				port.arm.advanceTo(now());
				return { ...port.arm.state(), plugged: port.terminal !== null };
		}
	};
	return {
		dir: tree.dir,
		async handle(command) {
			if ('port' in command) return doToPort(command.arm, command.port);
			if ('action' in command) ports[command.arm].arm.apply(command.action);
			else tree.rule(command.policy);
			return null;
		},
		async close() {
			clearInterval(clock);
			for (const name of ARMS) await ports[name].terminal?.hangUp();
			tree.remove();
		}
	};
}

function createPort(name: ArmName, index: number): Port {
	const say = (bytes: Uint8Array): void => port.terminal?.write(bytes);
	const arm = createVirtualArm({ homingOffsets: HOMING_OFFSETS[name], say });
	const port: Port = { arm, index, terminal: null, busy: false };
	return port;
}

async function plugIn(port: Port, tree: UsbTree, options: RigOptions, now: () => number): Promise<void> {
	if (port.terminal !== null) return;
	port.terminal = await openTerminal(options.pump, (bytes, baudRate) =>
		port.arm.hear(bytes, baudRate, now())
	);
	tree.plug(port.index, port.busy ? null : port.terminal.name);
	if (options.hotplug) await tell(options.udevEvent, 'add', tree.properties(port.index));
}

/** The device goes first, then the news of it, as with a real cable. */
async function pullOut(port: Port, tree: UsbTree, options: RigOptions): Promise<void> {
	const { terminal } = port;
	if (terminal === null) return;
	port.terminal = null;
	const properties = tree.properties(port.index);
	tree.unplug(port.index);
	await terminal.hangUp();
	if (options.hotplug) await tell(options.udevEvent, 'remove', properties);
}

function tell(script: string, action: 'add' | 'remove', properties: readonly string[]): Promise<void> {
	const child = spawn(process.env['PYTHON'] ?? 'python3', [script, action], {
		stdio: ['pipe', 'ignore', 'inherit']
	});
	child.stdin.end(properties.join('\n'));
	return new Promise((resolve, reject) => {
		child.on('error', reject);
		child.on('close', (code) => {
			if (code === 0) resolve();
			else reject(new Error(`udev-event ${action} ended with ${code ?? 'a signal'}`));
		});
	});
}
