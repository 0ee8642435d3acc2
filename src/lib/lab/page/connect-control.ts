// Connecting a real arm as the page drives it: carries out the effects of connect-machine's table, one place for all of
// them. ROBOT opens and looks; what comes back too late, because the person went elsewhere, is dropped.

import type { ArmRole, ConnectProblem, FoundArm, PortIdentity } from '$lib/contracts';
import type { Scheduler, Timer, Unsubscribe } from '$lib/core';
import type { ConnectActions, ConnectView } from '$lib/ui/connect';
import type { ConnectAnswer } from '../hosts/api';
import { problem } from '../hosts/connect-problems';
import { sameBoard } from '../hosts/serial-ports';
import {
	CONNECT_OFF,
	connectTransition,
	type ConnectEffect,
	type ConnectEvent,
	type ConnectState,
	type PersonEvent
} from './connect-machine';
import type { SerialAccess } from './serial-access';
import { WorkerGoneError } from './worker-gone';

/** A port that came back is noticed by the browser's event; where none comes, by looking. */
const LOOK_OUT_MS = 250;
/** An arm that answered every question about itself is read within a few turns of the loop, or its answers come too late. */
const FIRST_READING_MS = 5000;

export interface ConnectPorts {
	readonly access: SerialAccess;
	/** ROBOT; answers may come from one that died meanwhile, or never. */
	open(port: PortIdentity, patient: boolean): Promise<ConnectAnswer<void>>;
	look(): Promise<ConnectAnswer<FoundArm>>;
	shut(): Promise<void>;
	/** Resolves when the person has closed the procedure, or it was ended. */
	procedure(which: 'setting_up' | 'calibrating', port: PortIdentity): Promise<void>;
	endProcedure(): Promise<void>;
	/** This tab takes the seat; the other one lets go of its arm. */
	takeSeat(): Promise<void>;
	goVirtual(): Promise<void>;
	/** The next arm that answers is not refused for what is remembered of it: a hand will show what it is. */
	insist(): void;
	/** The arm at this port and the other role's change places. */
	swap(port: PortIdentity): Promise<void>;
	/** Shows the list of known arms. */
	openArms(): void;
	/** What is known of an arm that answered: its name, and why it must not be used here. */
	judge(arm: FoundArm): { readonly name: string | null; readonly problem: ConnectProblem | null };
}

export interface ConnectOptions {
	readonly role: ArmRole;
	readonly ports: ConnectPorts;
	readonly scheduler: Scheduler;
	readonly onChange: () => void;
}

export interface ConnectControl {
	readonly state: ConnectState;
	/** Null while there is nothing to show. */
	readonly view: ConnectView | null;
	readonly actions: ConnectActions;
	/** A person chose a real arm. */
	begin(): void;
	send(event: ConnectEvent): void;
	dispose(): void;
}

const SHOWN = ['start', 'before_chooser', 'choosing', 'opening', 'looking', 'problem', 'ready'] as const;

class Connect implements ConnectControl {
	readonly actions: ConnectActions;
	readonly #options: ConnectOptions;
	readonly #unsubscribe: Unsubscribe;
	#state: ConnectState = CONNECT_OFF;
	#armName: string | null = null;
	/** Raised by every effect that opens, looks or shuts: answers to older ones say nothing any more. */
	#attempt = 0;
	/** Opening and closing one port must not overtake each other. */
	#line: Promise<unknown> = Promise.resolve();
	#watch: Timer | null = null;
	/** Ends the wait for the first reading. */
	#unread: Timer | null = null;
	#candidate = 0;

	constructor(options: ConnectOptions) {
		this.#options = options;
		this.#unsubscribe = options.ports.access.onChange(() => void this.#portsChanged());
		const person = (type: PersonEvent) => () => this.send({ type });
		this.actions = {
			choose: person('choose'),
			tryAgain: person('try_again'),
			startOver: person('start_over'),
			useVirtual: person('use_virtual'),
			openSetup: person('open_setup'),
			openCalibration: person('open_calibration'),
			takeOver: person('take_over'),
			pairByHand: person('pair_by_hand'),
			swapArms: person('swap_arms'),
			openArms: () => {
				this.send({ type: 'close' });
				options.ports.openArms();
			},
			close: person('close')
		};
	}

	get state(): ConnectState {
		return this.#state;
	}

	get view(): ConnectView | null {
		const { step, problem: wrong, failures, ports, silent } = this.#state;
		// An arm that comes back by itself is not back before it is.
		const shown = silent && wrong !== null ? 'problem' : SHOWN.find((candidate) => candidate === step);
		if (shown === undefined) return null;
		return {
			role: this.#options.role,
			step: shown,
			problem: shown === 'problem' ? wrong : null,
			failures,
			knownPorts: ports.length,
			armName: this.#armName
		};
	}

	begin(): void {
		this.#run({ do: 'probe' });
	}

	send(event: ConnectEvent): void {
		const { state, effects } = connectTransition(this.#state, event);
		this.#state = state;
		for (const effect of effects) this.#run(effect);
		this.#awaitReading();
		this.#options.onChange();
	}

	dispose(): void {
		this.#attempt += 1;
		this.#watch?.cancel();
		this.#unread?.cancel();
		this.#unsubscribe();
	}

	#awaitReading(): void {
		if (this.#state.step !== 'ready') {
			this.#unread?.cancel();
			this.#unread = null;
			return;
		}
		const { scheduler } = this.#options;
		this.#unread ??= scheduler.at(scheduler.now() + FIRST_READING_MS, () =>
			this.send({ type: 'failed', problem: problem('slow_answers') })
		);
	}

	#run(effect: ConnectEffect): void {
		const { ports } = this.#options;
		switch (effect.do) {
			case 'probe':
				void this.#probe();
				break;
			case 'ask':
				void this.#ask(effect.anyBoard);
				break;
			case 'open':
				void this.#open(effect.port, effect.patient);
				break;
			case 'look':
				void this.#look();
				break;
			case 'shut':
				this.#attempt += 1;
				void this.#inTurn(() => ports.shut()).catch(() => undefined);
				break;
			case 'watch':
				this.#lookOut();
				break;
			case 'unwatch':
				this.#watch?.cancel();
				this.#watch = null;
				break;
			case 'setting_up':
			case 'calibrating':
				void this.#procedure(effect.do, effect.port);
				break;
			case 'end_procedure':
				void ports.endProcedure();
				break;
			case 'take_seat':
				void this.#inTurn(() => ports.takeSeat());
				break;
			case 'insist':
				ports.insist();
				break;
			case 'swap':
				this.#attempt += 1;
				void this.#inTurn(() => ports.swap(effect.port)).catch(() => undefined);
				break;
			case 'go_virtual':
				void this.#inTurn(() => Promise.resolve()).then(() => ports.goVirtual());
				break;
		}
	}

	#inTurn<T>(work: () => Promise<T>): Promise<T> {
		const done = this.#line.then(work, work);
		this.#line = done.catch(() => undefined);
		return done;
	}

	async #probe(): Promise<void> {
		const { access } = this.#options.ports;
		const obstacle = access.obstacle();
		const ports = obstacle === null ? await access.list() : [];
		this.send({ type: 'begin', obstacle, ports });
	}

	async #ask(anyBoard: boolean): Promise<void> {
		const answer = await this.#options.ports.access.ask(anyBoard);
		if (answer.ok) this.send({ type: 'chosen', ...answer.value });
		else this.send({ type: 'failed', problem: answer.error });
	}

	async #open(port: PortIdentity, patient: boolean): Promise<void> {
		const attempt = ++this.#attempt;
		const answer = await this.#inTurn(() => this.#options.ports.open(port, patient)).catch(unanswered);
		if (attempt !== this.#attempt || answer === null) return;
		this.send(answer.ok ? { type: 'opened' } : { type: 'failed', problem: answer.error });
	}

	async #look(): Promise<void> {
		const attempt = ++this.#attempt;
		const { ports } = this.#options;
		const answer = await this.#inTurn(() => ports.look()).catch(unanswered);
		if (attempt !== this.#attempt || answer === null) return;
		if (!answer.ok) {
			this.send({ type: 'failed', problem: answer.error });
			return;
		}
		const { name, problem: refusal } = ports.judge(answer.value);
		this.#armName = name;
		if (refusal === null) this.send({ type: 'found', arm: answer.value });
		else {
			this.#run({ do: 'shut' });
			this.send({ type: 'failed', problem: refusal });
		}
	}

	async #procedure(which: 'setting_up' | 'calibrating', port: PortIdentity): Promise<void> {
		await this.#inTurn(() => this.#options.ports.procedure(which, port)).catch(() => undefined);
		this.send({ type: 'procedure_closed' });
	}

	async #portsChanged(): Promise<void> {
		if (this.#state.step === 'off') return;
		const ports = await this.#options.ports.access.list();
		this.send({ type: 'ports', ports });
		if (this.#watch !== null) this.#tryCandidate(ports);
	}

	#lookOut(): void {
		const { scheduler, ports } = this.#options;
		this.#watch?.cancel();
		const timer = scheduler.at(scheduler.now() + LOOK_OUT_MS, () => {
			void ports.access.list().then((listed) => {
				if (this.#watch !== timer) return;
				this.#lookOut();
				this.#tryCandidate(listed);
			});
		});
		this.#watch = timer;
	}

	/** Boards of one kind look alike: each is tried in turn, and only the arm that was lost is taken. */
	#tryCandidate(listed: readonly PortIdentity[]): void {
		const { port } = this.#state;
		if (port === null) return;
		const boards = listed.filter((candidate) => sameBoard(candidate, port));
		const next = boards[this.#candidate++ % Math.max(1, boards.length)];
		if (next !== undefined) this.send({ type: 'seen', port: next });
	}
}

/** Null: ROBOT died under the question. That is said by the lab, and `reopen` follows when it is there again. */
function unanswered(error: unknown): { readonly ok: false; readonly error: ConnectProblem } | null {
	return error instanceof WorkerGoneError ? null : { ok: false, error: problem('unplugged') };
}

export function createConnectControl(options: ConnectOptions): ConnectControl {
	return new Connect(options);
}
