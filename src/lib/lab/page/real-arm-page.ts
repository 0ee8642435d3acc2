// The page's side of a real arm: joins the connection machine to ROBOT, to the browser's ports and to what ROBOT reports.

import {
	isErrorCode,
	type ArmFingerprint,
	type ArmReport,
	type ErrorCode,
	type FoundArm,
	type PortIdentity,
	type TickBatch
} from '$lib/contracts';
import { createWallScheduler } from '$lib/core';
import type { HealthSessionView } from '$lib/ui/lab';
import type { ConnectAnswer, RobotApi } from '../hosts/api';
import { problem, unplugged } from '../hosts/connect-problems';
import { ArmMemory } from './arm-memory';
import { ArmsDoor } from './arms-door';
import { createConnectControl, type ConnectControl } from './connect-control';
import type { ConnectStepName } from './connect-machine';
import { ProcedurePage } from './procedure-page';
import { RealLeaderPage } from './real-leader-page';
import { createSerialAccess } from './serial-access';
import { WorkerGoneError } from './worker-gone';
import type { RunningWorker } from './worker-set';

/** Between the choice of an arm and its first reading. */
const ON_ITS_WAY: readonly ConnectStepName[] = ['opening', 'looking', 'ready'];

export interface RealArmOptions {
	readonly robot: () => RunningWorker<RobotApi> | null;
	readonly takeSeat: () => Promise<void>;
	readonly goVirtual: () => Promise<void>;
	readonly onProblem: (code: ErrorCode) => void;
	/** A leader may drive. */
	readonly onLeader: () => void;
	readonly onChange: () => void;
}

export interface RealArmPage extends Pick<
	ConnectControl,
	'state' | 'view' | 'actions' | 'begin' | 'dispose'
> {
	readonly procedures: ProcedurePage;
	/** The list of known arms. */
	readonly arms: ArmsDoor;
	readonly leader: RealLeaderPage;
	/** A person asks for the arm again, after the screen was closed or from the next step. */
	again(): void;
	/** ROBOT died and is there again. */
	reopen(): void;
	/** ROBOT reports what became of the arm. */
	heard(report: ArmReport): void;
	/** The arm at hand was calibrated: what is remembered of it goes with it. */
	calibrated(from: ArmFingerprint, to: ArmFingerprint): void;
	/** Newest ticks; `read`: its joints were read. */
	ticks(batch: TickBatch, read: boolean): void;
	/** Earlier sessions of the arm that is there, newest last. */
	readonly history: readonly HealthSessionView[];
	/** Another tab has the arm now. */
	seatLost(): void;
	/** Resolves when other tabs and programs may have the port. */
	leave(): Promise<void>;
}

export function createRealArm({
	robot,
	takeSeat,
	goVirtual,
	onProblem,
	onLeader,
	onChange
}: RealArmOptions): RealArmPage {
	const ask = <T>(question: (api: RunningWorker<RobotApi>['api']) => Promise<T>): Promise<T> => {
		const running = robot();
		if (running === null) return Promise.reject(new WorkerGoneError('ROBOT is not running'));
		return running.orGone(question(running.api));
	};
	const access = createSerialAccess();
	const procedures = new ProcedurePage(
		{
			start: async (which, port, arm) => {
				const place = await access.placed(port);
				return ask<ConnectAnswer<void>>((api) => api.startProcedure(which, place, arm));
			},
			act: (action) => ask((api) => api.actInProcedure(action)),
			exportText: () => ask((api) => api.procedureText()),
			end: () => ask((api) => api.endProcedure())
		},
		onChange
	);
	const control = createConnectControl({
		role: 'follower',
		scheduler: createWallScheduler(),
		onChange() {
			if (!ON_ITS_WAY.includes(control.state.step)) leadersNext = null;
			onChange();
		},
		ports: {
			access,
			open: async (port, patient) => {
				// What is remembered of an arm is known before the arm is.
				await (opened ??= memory.open());
				const place = await access.placed(port);
				return ask<ConnectAnswer<void>>((api) => api.openPort(place, patient));
			},
			look: () => ask<ConnectAnswer<FoundArm>>((api) => api.look()),
			shut: () => {
				memory.end();
				history = [];
				leader.leave();
				return ask((api) => api.closePort());
			},
			procedure: (which, port) =>
				procedures.run(which, port, { role: 'follower', name: memory.fileName(control.state.fingerprint) }),
			endProcedure: () => procedures.end(),
			takeSeat,
			goVirtual,
			// A follower has nobody beside it to be told apart from.
			insist: () => undefined,
			swap: () => Promise.resolve(),
			openArms: () => void arms.open(),
			judge(arm) {
				const { name, problem: refusal } = memory.met(arm.fingerprint, 'follower');
				if (refusal === null) memory.begin(arm.fingerprint);
				history = memory.history(arm.fingerprint);
				return { name, problem: refusal };
			}
		}
	});
	const memory = new ArmMemory({
		// The store's code is another worker's; here it is needed for a real arm only.
		openStore: async () => (await import('$lib/recorder')).openIdbArmStore(),
		epochMs: () => Date.now(),
		onProblem: (code) => {
			if (isErrorCode(code)) onProblem(code);
		}
	});
	const leader = new RealLeaderPage({
		ask,
		access,
		memory,
		follower: () => control.state,
		procedure: (which, port, arm) => procedures.run(which, port, arm),
		endProcedure: () => procedures.end(),
		takeSeat,
		onSwap(port) {
			const next = control.state.step === 'connected' ? control.state.port : null;
			control.send({ type: 'other_arm', port });
			leadersNext = next;
		},
		openArms: () => void arms.open(),
		onReady: onLeader,
		onChange
	});
	const arms = new ArmsDoor({
		memory,
		remembers: () => (opened ??= memory.open()),
		present: () =>
			[control.state, leader.control.state].map(({ step, fingerprint }) =>
				step === 'ready' || step === 'connected' ? fingerprint : null
			),
		onChange
	});
	/** The arms change places: where the leader is, once the follower is there. Void as soon as anything else happens. */
	let leadersNext: PortIdentity | null = null;
	let opened: Promise<void> | null = null;
	let history: readonly HealthSessionView[] = [];
	let lost = false;

	return {
		get state() {
			return control.state;
		},
		/** The follower comes first: without it a leader has nothing to lead. */
		get view() {
			return control.view ?? leader.control.view;
		},
		get actions() {
			return control.view === null ? leader.control.actions : control.actions;
		},
		procedures,
		arms,
		leader,
		begin: () => control.begin(),
		again() {
			if (control.state.step === 'off') control.begin();
			else control.send({ type: 'try_again' });
		},
		reopen() {
			void procedures.end();
			// It drives again when a person chooses it again.
			leader.leave();
			leadersNext = null;
			control.send({ type: 'reopen' });
		},
		heard({ status, reason }) {
			const isLost = status === 'lost';
			if (isLost && !lost) {
				const silent = reason === 'silent';
				const cause = silent ? problem('no_power') : unplugged(control.state.port);
				control.send({ type: 'lost', problem: cause });
			}
			lost = isLost;
		},
		calibrated(from, to) {
			memory.recalibrated(from, to);
			onChange();
		},
		ticks(batch, read) {
			memory.take(batch);
			if (!read || control.state.step !== 'ready') return;
			const next = leadersNext;
			control.send({ type: 'reading' });
			if (next !== null) leader.control.send({ type: 'other_arm', port: next });
		},
		get history() {
			return history;
		},
		seatLost: () => control.send({ type: 'seat_lost' }),
		async leave() {
			control.send({ type: 'leave' });
			// ROBOT may be ended after this: whatever is being written into the servos is whole first.
			await procedures.end();
			await ask((api) => api.closePort()).catch(() => undefined);
		},
		dispose() {
			leader.control.dispose();
			memory.end();
			control.dispose();
		}
	};
}
