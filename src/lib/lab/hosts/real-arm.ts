// A real arm in ROBOT up to the moment it is driven: its port, who is on the bus, whether it may be used. Writes settings
// only where they differ, and never to an arm that holds itself up.

import { SO101, type ConnectProblem, type FoundArm, type PortIdentity } from '$lib/contracts';
import { err, ok, type Result, type Scheduler } from '$lib/core';
import type { ArmError } from '$lib/robot';
import { diagnose } from '$lib/robot/find';
import { problem, refusalOf } from './connect-problems';
import { REAL_FAR_END, createFollowerLine, type FollowerLine } from './follower-line';
import { holdPort, type OwnPorts, type PortHold } from './port-hold';

type Held = Result<PortHold, ConnectProblem>;
/** Finds, opens and locks a port. */
type HoldPort = (port: PortIdentity, patient: boolean, id: string) => Promise<Held>;

export class RealArm {
	readonly #scheduler: Scheduler;
	readonly #holdPort: HoldPort;
	#hold: PortHold | null = null;
	#line: FollowerLine | null = null;
	#unconfigured = false;
	/** Settings are being written; whoever asks meanwhile waits for the same answer. */
	#preparing: Promise<Result<void, ArmError>> | null = null;
	#energised = false;
	/** Looking changes the port's rate: whoever closes the port ends it first. */
	#looking: { readonly stop: AbortController; readonly done: Promise<unknown> } | null = null;

	constructor(scheduler: Scheduler, holdPort: HoldPort) {
		this.#scheduler = scheduler;
		this.#holdPort = holdPort;
	}

	/** The line of the arm that was found; null before, and while no port is open. */
	get line(): FollowerLine | null {
		return this.#line;
	}

	/** Whether any joint held itself when the arm was looked at. */
	get energised(): boolean {
		return this.#energised;
	}

	/** @param patient another tab is letting go of it: wait a moment */
	async open(port: PortIdentity, patient: boolean): Promise<Result<void, ConnectProblem>> {
		await this.close();
		const held = await this.hold(port, patient);
		if (!held.ok) return held;
		this.#hold = held.value;
		return ok(undefined);
	}

	/** The port alone, for whoever asks it in a way of his own. */
	hold(port: PortIdentity, patient: boolean, id = 'follower'): Promise<Held> {
		return this.#holdPort(port, patient, id);
	}

	/** Reads only: an arm that turns out to be another one keeps what it holds. */
	async look(): Promise<Result<FoundArm, ConnectProblem>> {
		const hold = this.#hold;
		if (hold === null) return err(problem('unplugged'));
		this.#line?.bus.close();
		this.#line = null;
		this.#preparing = null;
		const { transport, port } = hold;
		const found = await this.#diagnose(transport, port);
		if (!found.ok || this.#hold !== hold) return found;
		const line = createFollowerLine(transport, this.#scheduler, REAL_FAR_END);
		this.#line = line;
		const connected = await line.session.connect();
		if (!connected.ok) {
			line.bus.close();
			const lookAgain = (): Promise<Result<FoundArm, ConnectProblem>> => this.#diagnose(transport, port);
			return err(await refusalOf(connected.error, line.bus.counters.lateReplies, lookAgain));
		}
		const { energised, unconfigured } = connected.value;
		this.#energised = energised;
		this.#unconfigured = unconfigured.length > 0;
		return found;
	}

	async #diagnose(
		transport: PortHold['transport'],
		port: PortIdentity
	): Promise<Result<FoundArm, ConnectProblem>> {
		const stop = new AbortController();
		const { signal } = stop;
		const openAt = SO101.baudRate;
		const looking = diagnose({
			transport,
			scheduler: this.#scheduler,
			spec: SO101,
			port,
			openAt,
			signal
		}).catch((cause: unknown) => {
			if (signal.aborted) return err(problem('unplugged'));
			throw cause;
		});
		this.#looking = { stop, done: looking };
		return looking;
	}

	/**
	 * Before it gets torque from us for the first time: settings that differ are written. Refused (`arm_energised`) while an
	 * arm without them holds itself up: to write them its torque would have to go, and without them it is not ours to move.
	 */
	async prepare(): Promise<Result<void, ArmError>> {
		const line = this.#line;
		if (line === null || !this.#unconfigured) return ok(undefined);
		this.#preparing ??= this.#configure(line);
		return this.#preparing;
	}

	async #configure(line: FollowerLine): Promise<Result<void, ArmError>> {
		const configured = await line.session.configure();
		if (line !== this.#line) return configured;
		this.#preparing = null;
		if (configured.ok) this.#unconfigured = false;
		return configured;
	}

	/** The servos keep what they hold; other tabs may have the port afterwards. */
	async close(): Promise<void> {
		const hold = this.#hold;
		this.#line?.bus.close();
		this.#hold = null;
		this.#line = null;
		this.#preparing = null;
		this.#looking?.stop.abort();
		await this.#looking?.done.catch(() => undefined);
		this.#looking = null;
		await hold?.release();
	}
}

/** Ports of this thread's browser; `tab`: who has them, for other tabs to say. */
export function ofBrowser(scheduler: Scheduler, tab: number | null): HoldPort {
	const own: OwnPorts = new Map();
	return (port, patient, id) =>
		holdPort(port, {
			serial: 'serial' in navigator ? navigator.serial : undefined,
			locks: navigator.locks,
			scheduler,
			patient,
			id,
			own,
			tab
		});
}
