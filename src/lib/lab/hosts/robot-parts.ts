// The parts ROBOT is made of, made and joined when the page has handed out its ports: clock, gate, control, wishes, the arm
// behind its line, and what only a virtual or only a real arm has.

import type { Setpoint, TickBatch } from '$lib/contracts';
import { createVirtualScheduler, createWallScheduler, type Scheduler } from '$lib/core';
import { createGate } from '$lib/robot/safety';
import type { RobotOptions, RobotPorts } from './api';
import { ArmControl } from './arm-control';
import { LiveFollower } from './live-follower';
import { PageLine } from './page-line';
import { PolicyLine } from './policy-line';
import { Procedures } from './procedures';
import { RealArm, ofBrowser } from './real-arm';
import { RealLeader } from './real-leader';
import { joinPlant, type VirtualParts } from './virtual-parts';
import { Wishes } from './wishes';

export interface RobotParts {
	readonly page: PageLine;
	readonly fps: number;
	readonly scheduler: Scheduler;
	readonly virtual: VirtualParts | null;
	readonly real: RealArm;
	readonly leader: RealLeader;
	readonly follower: LiveFollower;
	readonly control: ArmControl;
	readonly wishes: Wishes;
	readonly policy: PolicyLine;
	readonly procedures: Procedures;
}

export interface RobotPartsEvents {
	/** The leader's hand squeezed "stop". */
	readonly onStop: () => void;
	readonly onBatch: (batch: TickBatch, nowMs: number) => void;
	/** Row of the running recording that comes next; null while none runs. */
	readonly nextRow: () => number | null;
}

export function joinParts(
	{ page: pagePort, virtual: virtualPorts }: RobotPorts,
	options: RobotOptions,
	{ onStop, onBatch, nextRow }: RobotPartsEvents
): RobotParts {
	const time = options.clock === 'lockstep' ? createVirtualScheduler() : null;
	const scheduler = time ?? createWallScheduler();
	const page = new PageLine(pagePort, scheduler);
	const gate = createGate();
	const wishes = new Wishes({ onStop, onRecord: () => page.post('gesture', { gesture: 'record' }) });
	const control = new ArmControl({
		armId: 'follower',
		scheduler,
		gate,
		parkAllowed: true,
		wishOf: (source, nowMs, epoch): Setpoint | null => {
			const dtS = follower.periodMs / 1000;
			return wishes.next(source, { nowMs, dtS, epoch }, follower.goal);
		}
	});
	const policy: PolicyLine = new PolicyLine({
		now: () => scheduler.now(),
		fps: options.fps,
		lockstep: time !== null,
		arm: control,
		gate,
		pose: () => (follower.state === null ? null : { q: follower.state, atMs: follower.stateMs }),
		periodS: () => follower.periodMs / 1000,
		nextRow,
		onReport: (report) => page.post('policy', report)
	});
	wishes.policy = policy;
	control.changed.on(() => {
		// The page knows what became of the arm before it hears why a policy ended.
		page.report(control);
		policy.armChanged();
	});
	const virtual = virtualPorts === null ? null : joinPlant(virtualPorts, scheduler, time, options);
	const follower: LiveFollower = new LiveFollower({
		scheduler,
		gate,
		control,
		fps: options.fps,
		firstStepMs: () => virtual?.lockstep?.nextStepMs() ?? scheduler.now(),
		onBatch,
		onGate: (output) => policy.gateSaid(output)
	});
	const real = new RealArm(scheduler, ofBrowser(scheduler, options.tab ?? null));
	const leader = new RealLeader({
		scheduler,
		hold: (port, patient) => real.hold(port, patient, 'leader'),
		onDrives: (reader) => {
			control.leaderChanged();
			wishes.leader = reader;
		},
		onLost: () => page.post('leader-lost', {})
	});
	const procedures = new Procedures({
		scheduler,
		hold: (port) => real.hold(port, true),
		onView: (view) => page.post('procedure', view),
		onCalibrated: (from, to) => page.post('calibrated', { from, to })
	});
	const { fps } = options;
	return { page, fps, scheduler, virtual, real, leader, follower, control, wishes, policy, procedures };
}
