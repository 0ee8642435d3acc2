// The page's side of a real leader beside a real follower: connected like any arm, then judged as a pair, the first time by
// "move the leader by hand". Only then may it drive; what is refused is closed again.

import type { ArmFingerprint, PortIdentity } from '$lib/contracts';
import { createWallScheduler } from '$lib/core';
import type { ConnectAnswer, RobotApi } from '../hosts/api';
import { problem, unplugged } from '../hosts/connect-problems';
import type { ProcedureArm, ProcedureName } from '../hosts/procedures';
import type { FoundLeader } from '../hosts/real-leader';
import { sameBoard } from '../hosts/serial-ports';
import type { ArmMemory } from './arm-memory';
import { createConnectControl, type ConnectControl } from './connect-control';
import type { SerialAccess } from './serial-access';
import type { RunningWorker } from './worker-set';

type HandAnswer = Awaited<ReturnType<RobotApi['leaderByHand']>>;
type Api = RunningWorker<RobotApi>['api'];

/** Where "move the leader by hand" stands. `stiff`: an arm holds itself up, a hand cannot move it. */
export type PairStep = 'move' | 'stiff' | 'nobody_moved';

/** The follower did not answer while the hand was watched. */
const WATCH_AGAIN_MS = 500;

export interface RealLeaderOptions {
	readonly ask: <T>(question: (api: Api) => Promise<T>) => Promise<T>;
	readonly access: SerialAccess;
	readonly memory: ArmMemory;
	readonly follower: () => {
		readonly port: PortIdentity | null;
		readonly fingerprint: ArmFingerprint | null;
	};
	readonly procedure: (which: ProcedureName, port: PortIdentity, arm: ProcedureArm) => Promise<void>;
	readonly endProcedure: () => Promise<void>;
	readonly takeSeat: () => Promise<void>;
	/** The follower is wanted at this port, which was the leader's; the leader's place is free. */
	readonly onSwap: (port: PortIdentity) => void;
	readonly openArms: () => void;
	/** A person connected it: it drives from now on. One that comes back by itself may be chosen again, and is not. */
	readonly onReady: () => void;
	readonly onChange: () => void;
}

export class RealLeaderPage {
	readonly control: ConnectControl;
	readonly #options: RealLeaderOptions;
	readonly #scheduler = createWallScheduler();
	#wanted: { readonly port: PortIdentity; readonly patient: boolean } | null = null;
	#found: FoundLeader | null = null;
	#pairStep: PairStep | null = null;
	/** A person says of the arm that answers next that it leads, and will show it. */
	#insists = false;
	/** What a hand has shown, as long as nobody acted on it. */
	#shown: { readonly leader: ArmFingerprint; readonly follower: ArmFingerprint } | null = null;

	constructor(options: RealLeaderOptions) {
		this.#options = options;
		const { ask, access, takeSeat, onChange } = options;
		this.control = createConnectControl({
			role: 'leader',
			scheduler: this.#scheduler,
			onChange,
			ports: {
				access: {
					...access,
					// Places in the list change when a cable goes back in: for a leader that was lost ROBOT knows which port
					// is the follower's.
					list: async () => {
						const all = await access.list();
						const returns = this.control.state.fingerprint !== null;
						return returns ? all : all.filter((port) => !this.#isFollowers(port));
					},
					ask: async (anyBoard) => {
						const answer = await access.ask(anyBoard);
						const taken = answer.ok && this.#isFollowers(answer.value.port);
						return taken ? { ok: false, error: problem('swapped') } : answer;
					}
				},
				// Opened and looked at in one: both wait for the same answer.
				open: (port, patient) => {
					this.#wanted = { port, patient };
					return Promise.resolve({ ok: true, value: undefined });
				},
				look: async () => {
					const { port, patient } = this.#wanted ?? {};
					if (port === undefined) return { ok: false, error: problem('unplugged') };
					const place = await access.placed(port);
					const answer = await ask<ConnectAnswer<FoundLeader>>((api) =>
						api.openLeader(place, patient === true)
					);
					this.#found = answer.ok ? answer.value : null;
					return answer;
				},
				shut: () => {
					this.#pairStep = null;
					return ask((api) => api.closeLeader());
				},
				procedure: (which, port) =>
					options.procedure(which, port, {
						role: 'leader',
						name: options.memory.fileName(this.control.state.fingerprint)
					}),
				endProcedure: options.endProcedure,
				takeSeat,
				goVirtual: () => Promise.resolve(),
				insist: () => (this.#insists = true),
				swap: (port) => this.#swap(port),
				openArms: options.openArms,
				judge: ({ fingerprint }) => this.#judge(fingerprint)
			}
		});
	}

	/** Null unless a person has to show which arm leads. */
	get pairStep(): PairStep | null {
		return this.#pairStep;
	}

	/** A person wants to drive with a leader: true when there is one; else connecting it begins. */
	there(): boolean {
		const connected = this.control.state.step === 'connected' && this.#pairStep === null;
		if (!connected) this.control.begin();
		return connected;
	}

	/** Its cable was pulled; the follower holds. */
	lost(): void {
		this.#pairStep = null;
		this.control.send({ type: 'lost', problem: unplugged(this.control.state.port) });
	}

	/** The follower is gone, or another kind of arm is wanted. */
	leave(): void {
		this.#pairStep = null;
		this.control.send({ type: 'leave' });
	}

	/** After a stiff arm was let go of, or nobody moved one. */
	againByHand(): void {
		void this.#byHand();
	}

	/** Takes the leader's torque away: a hand must hold it. */
	letGo(): void {
		const { ask } = this.#options;
		void ask<boolean>((api) => api.letGoLeader())
			.then(() => this.#byHand())
			.catch(() => undefined);
	}

	#isFollowers(port: PortIdentity): boolean {
		const { port: taken } = this.#options.follower();
		return taken !== null && taken.index === port.index && sameBoard(taken, port);
	}

	#judge(
		fingerprint: ArmFingerprint
	): ReturnType<Parameters<typeof createConnectControl>[0]['ports']['judge']> {
		const { memory, follower } = this.#options;
		const insists = this.#insists;
		this.#insists = false;
		this.#shown = null;
		const { name, problem: refusal } = memory.met(fingerprint, 'leader');
		const verdict = memory.pair(fingerprint, follower().fingerprint ?? '');
		const wrong = refusal ?? (verdict.kind === 'refused' ? verdict.problem : null);
		// What is remembered may be wrong, and a hand shows it; an arm without a calibration cannot lead at all.
		if (wrong !== null && !(insists && wrong.cause !== 'not_calibrated')) return { name, problem: wrong };
		const { silent } = this.control.state;
		// The screen says first that the arm is there.
		queueMicrotask(() => this.#arrived(verdict.kind === 'known', !silent));
		return { name, problem: null };
	}

	#arrived(known: boolean, byPerson: boolean): void {
		this.control.send({ type: 'reading' });
		if (this.control.state.step !== 'connected') return;
		if (known && this.#found?.stiff !== true) void this.#drive(byPerson);
		else void this.#byHand();
	}

	async #swap(port: PortIdentity): Promise<void> {
		const { ask, memory, onSwap } = this.#options;
		this.#pairStep = null;
		const shown = this.#shown;
		this.#shown = null;
		await ask((api) => api.closeLeader());
		if (shown !== null) memory.paired(shown.leader, shown.follower);
		onSwap(port);
	}

	async #byHand(): Promise<void> {
		const { ask, onChange, memory, follower } = this.#options;
		this.#pairStep = 'move';
		onChange();
		const moved = await ask<HandAnswer>((api) => api.leaderByHand()).catch(() => null);
		if (moved === null || !this.#asksForHand() || this.control.state.step !== 'connected') return;
		this.#pairStep = null;
		const followers = follower().fingerprint;
		if (moved.ok && moved.value === 'leader') {
			if (this.#found !== null && followers !== null) memory.paired(this.#found.fingerprint, followers);
			await this.#drive(true);
		} else if (moved.ok) {
			if (this.#found !== null && followers !== null)
				this.#shown = { leader: followers, follower: this.#found.fingerprint };
			this.control.send({ type: 'failed', problem: problem('swapped', [], { moved: 'follower' }) });
		} else if (moved.error.cause === 'silent' && moved.error.places.includes('a'))
			this.control.send({ type: 'failed', problem: problem('no_power') });
		// Of the follower's silence the follower's own screen tells, when it lasts; this one goes on watching until then.
		else if (moved.error.cause === 'silent') this.#watchAgain();
		else if (moved.error.cause !== 'cancelled') this.#pairStep = moved.error.cause;
		onChange();
	}

	#watchAgain(): void {
		this.#pairStep = 'move';
		this.#scheduler.at(this.#scheduler.now() + WATCH_AGAIN_MS, () => {
			if (this.#pairStep === 'move' && this.control.state.step === 'connected') void this.#byHand();
		});
	}

	#asksForHand(): boolean {
		return this.#pairStep !== null;
	}

	async #drive(byPerson: boolean): Promise<void> {
		const { ask, onReady } = this.#options;
		const drives = await ask<boolean>((api) => api.driveLeader()).catch(() => false);
		if (drives && byPerson) onReady();
	}
}
