// A real arm in ROBOT up to the moment it is driven: its port, who is on the bus, whether it may be used. Writes settings
// only where they differ, and never to an arm that holds itself up.

import { SO101, type ConnectProblem, type FoundArm, type PortIdentity } from '$lib/contracts';
import { err, ok, type Result, type Scheduler } from '$lib/core';
import type { ArmError } from '$lib/robot';
import { diagnose } from '$lib/robot/find';
import { problem, problemOf } from './connect-problems';
import { REAL_FAR_END, createFollowerLine, type FollowerLine } from './follower-line';
import { holdPort, type OwnPorts, type PortHold } from './port-hold';

export class RealArm {
	readonly #scheduler: Scheduler;
	#hold: PortHold | null = null;
	readonly #own: OwnPorts = new Map();
	#line: FollowerLine | null = null;
	#unconfigured = false;
	#energised = false;
	/** Looking changes the port's rate: whoever closes the port ends it first. */
	#looking: { readonly stop: AbortController; readonly done: Promise<unknown> } | null = null;

	constructor(scheduler: Scheduler) {
		this.#scheduler = scheduler;
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
	hold(port: PortIdentity, patient: boolean, id = 'follower'): Promise<Result<PortHold, ConnectProblem>> {
		return holdPort(port, {
			serial: 'serial' in navigator ? navigator.serial : undefined,
			locks: navigator.locks,
			scheduler: this.#scheduler,
			patient,
			id,
			own: this.#own
		});
	}

	/** Reads only: an arm that turns out to be another one keeps what it holds. */
	async look(): Promise<Result<FoundArm, ConnectProblem>> {
		const hold = this.#hold;
		if (hold === null) return err(problem('unplugged'));
		this.#line?.bus.close();
		this.#line = null;
		const { transport, port } = hold;
		const found = await this.#diagnose(transport, port);
		if (!found.ok || this.#hold !== hold) return found;
		const line = createFollowerLine(transport, this.#scheduler, REAL_FAR_END);
		this.#line = line;
		const connected = await line.session.connect();
		if (!connected.ok) return err(problemOf(connected.error, SO101));
		const { energised, unconfigured } = connected.value;
		this.#energised = energised;
		// A stiff arm keeps the settings it has: to change them its torque would have to go, and it would fall.
		this.#unconfigured = unconfigured.length > 0 && !energised;
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

	/** Before it gets torque for the first time: settings that differ are written. */
	async prepare(): Promise<Result<void, ArmError>> {
		if (this.#line === null || !this.#unconfigured) return ok(undefined);
		const configured = await this.#line.session.configure();
		if (configured.ok) this.#unconfigured = false;
		return configured;
	}

	/** The servos keep what they hold; other tabs may have the port afterwards. */
	async close(): Promise<void> {
		const hold = this.#hold;
		this.#line?.bus.close();
		this.#hold = null;
		this.#line = null;
		this.#looking?.stop.abort();
		await this.#looking?.done.catch(() => undefined);
		this.#looking = null;
		await hold?.release();
	}
}
