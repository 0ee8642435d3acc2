// The port of a real arm as ROBOT holds it: found by its identity, open, and ours alone among all tabs (a Web Lock, which
// the browser takes back when this worker dies). Knows the browser's ports and locks; knows no servos.

import { SO101, type ConnectProblem, type PortIdentity } from '$lib/contracts';
import { err, isCoded, ok, type Result, type Scheduler } from '$lib/core';
import { createWebSerialTransport, type WebSerialTransport } from '$lib/robot';
import { problem } from './connect-problems';
import { armLockName, findPort } from './serial-ports';
import { ownerOf, sayOwner } from './tab-number';

/** A tab that lets go of an arm closes its port first. */
const HANDOVER_MS = 4000;

export interface PortHold {
	readonly port: PortIdentity;
	readonly transport: WebSerialTransport;
	/** Closes the port and lets other tabs have it. */
	release(): Promise<void>;
}

export interface PortHoldOptions {
	/** What the browser gives; undefined where it has none. */
	readonly serial: Pick<Serial, 'getPorts'> | undefined;
	readonly locks: Pick<LockManager, 'request' | 'query'>;
	readonly scheduler: Scheduler;
	/** Another tab is letting go of the arm: wait for it. */
	readonly patient: boolean;
	readonly id: string;
	/** Ports that this thread holds, and the locks it holds them by. Places in the list change; ports do not. */
	readonly own: OwnPorts;
	/** Number of this tab, said to others that want the port. */
	readonly tab: number | null;
}

export type OwnPorts = Map<SerialPort, string>;

export async function holdPort(
	identity: PortIdentity,
	options: PortHoldOptions
): Promise<Result<PortHold, ConnectProblem>> {
	const { serial, locks, patient, id, scheduler, own, tab } = options;
	if (serial === undefined) return err(problem('no_serial_api'));
	const there = findPort(await serial.getPorts(), identity);
	if (there === null) return err(problem('unplugged'));
	// The other arm of ours: whoever looks for a lost one looks on.
	if (own.has(there.port)) return err(problem('swapped'));
	const lock = lockFor(there.identity, own);
	own.set(there.port, lock);
	const unlock = await takeLock(locks, lock, patient);
	if (unlock === null) {
		own.delete(there.port);
		const owner = await ownerOf(locks, lock);
		return err(problem('other_tab', [], owner === null ? {} : { tab: owner }));
	}
	const unsay = tab === null ? null : await sayOwner(locks, lock, tab);
	const letGo = (): void => {
		own.delete(there.port);
		unsay?.();
		unlock();
	};
	const transport = createWebSerialTransport({ port: there.port, id, scheduler });
	try {
		await transport.open({ baudRate: SO101.baudRate });
	} catch (error) {
		letGo();
		const gone = isCoded(error) && error.code === 'port_gone';
		return err(problem(gone ? 'unplugged' : 'port_busy'));
	}
	const release = async (): Promise<void> => {
		await transport.close();
		letGo();
	};
	return ok({ port: there.identity, transport, release });
}

/** The lock of that place, or of another one where ours is still held by an arm that has moved in the list. */
function lockFor(identity: PortIdentity, own: OwnPorts): string {
	const held = [...own.values()];
	const places = [identity.index, ...Array.from({ length: held.length + 1 }, (_, index) => index)];
	const names = places.map((index) => armLockName({ ...identity, index }));
	return names.find((name) => !held.includes(name)) ?? armLockName(identity);
}

/** The function that gives the lock back; null when somebody else has it. */
function takeLock(
	locks: PortHoldOptions['locks'],
	name: string,
	patient: boolean
): Promise<(() => void) | null> {
	const waiting: LockOptions = patient ? { signal: AbortSignal.timeout(HANDOVER_MS) } : { ifAvailable: true };
	return new Promise((answered) => {
		locks
			.request(name, waiting, (lock) => {
				if (lock === null) {
					answered(null);
					return undefined;
				}
				return new Promise<void>((letGo) => answered(letGo));
			})
			.catch(() => answered(null));
	});
}
