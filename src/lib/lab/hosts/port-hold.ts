// The port of a real arm as ROBOT holds it: found by its identity, open, and ours alone among all tabs (a Web Lock, which
// the browser takes back when this worker dies). Knows the browser's ports and locks; knows no servos.

import { SO101, type ConnectProblem, type PortIdentity } from '$lib/contracts';
import { err, isCoded, ok, type Result, type Scheduler } from '$lib/core';
import { createWebSerialTransport, type WebSerialTransport } from '$lib/robot';
import { problem } from './connect-problems';
import { armLockName, findPort } from './serial-ports';

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
	readonly locks: Pick<LockManager, 'request'>;
	readonly scheduler: Scheduler;
	/** Another tab is letting go of the arm: wait for it. */
	readonly patient: boolean;
	readonly id: string;
}

export async function holdPort(
	identity: PortIdentity,
	options: PortHoldOptions
): Promise<Result<PortHold, ConnectProblem>> {
	const { serial, locks, patient, id, scheduler } = options;
	if (serial === undefined) return err(problem('no_serial_api'));
	const there = findPort(await serial.getPorts(), identity);
	if (there === null) return err(problem('unplugged'));
	const letGo = await takeLock(locks, armLockName(there.identity), patient);
	if (letGo === null) return err(problem('other_tab'));
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
