// What ROBOT is made of once it has its ports: clock, gate, control, the sources of wishes, the real and the virtual arm.
// Puts together; the host says what happens when.

import { type Envelope, PROTOCOL_VERSION, type PolicyReport } from '$lib/contracts';
import { createVirtualScheduler, createWallScheduler, type Scheduler } from '$lib/core';
import type { ControlLoop } from '$lib/robot';
import { createGate, type SafetyGate } from '$lib/robot/safety';
import type { ClockMode, RobotPorts } from './api';
import { ArmControl } from './arm-control';
import { PolicyLine } from './policy-line';
import { Procedures } from './procedures';
import { RealArm } from './real-arm';
import { RealLeader } from './real-leader';
import { joinPlant, type VirtualParts } from './virtual-parts';
import { Wishes } from './wishes';

export interface RobotParts {
	readonly page: MessagePort;
	readonly fps: number;
	readonly scheduler: Scheduler;
	readonly virtual: VirtualParts | null;
	readonly real: RealArm;
	readonly leader: RealLeader;
	readonly gate: SafetyGate;
	readonly control: ArmControl;
	readonly wishes: Wishes;
	readonly policy: PolicyLine;
	readonly procedures: Procedures;
	/** To the page. */
	post(ch: string, body: object): void;
}

export interface RobotPartsOptions {
	readonly clock: ClockMode;
	readonly fps: number;
	/** The loop of the arm that is connected now. */
	readonly loop: () => ControlLoop | null;
	/** What the gate sent last, null while it sends nothing. */
	readonly goal: () => Float32Array | null;
	/** Row of the running recording that comes next; null while none runs. */
	readonly nextRow: () => number | null;
	readonly onStop: () => void;
}

export function createRobotParts({ page, virtual }: RobotPorts, options: RobotPartsOptions): RobotParts {
	const time = options.clock === 'lockstep' ? createVirtualScheduler() : null;
	const scheduler = time ?? createWallScheduler();
	let seq = 0;
	const post = (ch: string, body: object): void => {
		const message: Envelope<string, object> = {
			v: PROTOCOL_VERSION,
			ch,
			seq: seq++,
			t: scheduler.now(),
			body
		};
		page.postMessage(message);
	};
	const gate = createGate();
	const wishes = new Wishes({
		onStop: options.onStop,
		onRecord: () => post('gesture', { gesture: 'record' })
	});
	const periodS = (): number => (options.loop()?.periodMs ?? 0) / 1000;
	const control = new ArmControl({
		armId: 'follower',
		scheduler,
		gate,
		parkAllowed: true,
		wishOf: (source, nowMs, epoch) => wishes.next(source, { nowMs, dtS: periodS(), epoch }, options.goal())
	});
	const policy = new PolicyLine({
		now: () => scheduler.now(),
		fps: options.fps,
		lockstep: time !== null,
		arm: control,
		gate,
		pose: () => {
			const loop = options.loop();
			return loop?.state == null ? null : { q: loop.state, atMs: loop.stateMs };
		},
		periodS,
		nextRow: options.nextRow,
		onReport: (report: PolicyReport) => post('policy', report)
	});
	wishes.policy = policy;
	control.changed.on(() => policy.armChanged());
	const real = new RealArm(scheduler);
	return {
		page,
		fps: options.fps,
		scheduler,
		virtual: virtual === null ? null : joinPlant(virtual, scheduler, time, options),
		real,
		leader: new RealLeader({
			scheduler,
			hold: (port, patient) => real.hold(port, patient, 'leader'),
			onDrives: (reader) => {
				control.leaderChanged();
				wishes.leader = reader;
			},
			onLost: () => post('leader-lost', {})
		}),
		procedures: new Procedures({
			scheduler,
			hold: (port) => real.hold(port, true),
			onView: (view) => post('procedure', view)
		}),
		gate,
		control,
		wishes,
		policy,
		post
	};
}
