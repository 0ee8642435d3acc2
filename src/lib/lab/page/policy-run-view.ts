// From what ROBOT reports of a driving model to what the panel shows and what the record of the run keeps. Pure.

import {
	SO101,
	type ArmReport,
	type PolicyBackend,
	type PolicyReport,
	type PolicyRunEnd,
	type PolicyRunReason,
	type RunEnd
} from '$lib/contracts';
import type { PolicyRunState, PolicyRunView, PolicyWaitView } from '$lib/ui/policies';

const STATES: Readonly<Record<PolicyReport['state'], PolicyRunState>> = {
	off: 'ready',
	waiting: 'starting',
	driving: 'running',
	held: 'holding',
	paused: 'paused',
	'taken-over': 'by_hand',
	ended: 'ended'
};

const WAITS: Readonly<Record<PolicyRunReason, PolicyWaitView | null>> = {
	'': null,
	asked: null,
	arm: 'arm',
	dry: 'no_answer',
	silent: 'no_answer',
	'no-policy-worker': 'no_answer',
	'no-picture': 'no_picture',
	'old-picture': 'old_picture',
	'old-state': 'old_state',
	reopening: 'reopening',
	policy_output_invalid: 'failed',
	policy_gpu_lost: 'reopening',
	policy_run_failed: 'failed',
	policy_closed: 'no_answer',
	policy_observation_wrong: 'failed'
};

/** A run that has not begun: what is known is how fast and how slow it will start. */
export function readyView(speed: number, slowLeftMs: number, backend: PolicyBackend | null): PolicyRunView {
	return {
		state: 'ready',
		wait: null,
		elapsedS: 0,
		speed,
		slowLeftS: slowLeftMs / 1000,
		backend,
		latency: null,
		answersHz: null,
		lateChunks: 0,
		limitedTicks: {},
		joints: []
	};
}

export function runView(
	report: PolicyReport,
	elapsedS: number,
	backend: PolicyBackend | null
): PolicyRunView {
	const { state, reason, predicted, executed, latencyMs } = report;
	const waits = state === 'waiting' && reason === '' ? 'first' : state === 'ended' ? null : WAITS[reason];
	const at = (values: Float32Array | null, joint: number): number | null => {
		const value = values?.[joint];
		return value !== undefined && Number.isFinite(value) ? value : null;
	};
	return {
		state: STATES[state],
		wait: waits,
		elapsedS,
		speed: report.speed,
		slowLeftS: report.slowLeftMs / 1000,
		backend,
		latency:
			latencyMs === null
				? null
				: { lastMs: latencyMs.last, medianMs: latencyMs.median, p95Ms: latencyMs.p95 },
		answersHz: report.chunksPerS,
		lateChunks: report.lateChunks,
		limitedTicks: counted(report),
		joints: SO101.joints.map(({ name, unit }, joint) => ({
			name,
			unit,
			predicted: at(predicted, joint),
			executed: at(executed, joint)
		}))
	};
}

/**
 * Who ended it, when it was neither the task nor the clock of a trial. `before`: what ROBOT reported last before the end;
 * `arm`: what the arm itself says, which ROBOT tells first.
 */
export function endedBy(report: PolicyReport, before: PolicyReport | null, arm: ArmReport): RunEnd {
	const by = report.reason === 'asked' ? 'stopped' : report.reason === 'arm' ? endedByArm(arm) : 'fault';
	return by === 'stopped' && before?.state === 'taken-over' ? 'taken_over' : by;
}

/** Locked although nobody asked for it (hosts/locked-by). */
const LOCKED: Readonly<Record<string, RunEnd>> = {
	went_to_rest: 'parked',
	woke: 'slept',
	went_limp: 'arm_lost'
};

function endedByArm({ status, reason }: ArmReport): RunEnd {
	if (status === 'lost' || status === 'disconnected') return 'arm_lost';
	// An arm that rests because a person let it go gives no reason.
	if (status === 'resting' && reason !== '') return 'parked';
	return status === 'disarmed' ? (LOCKED[reason] ?? 'stopped') : 'stopped';
}

/** What the record keeps. `maxMs` is the largest that a report told, of the newest hundred answers each. */
export function runEnd(
	report: PolicyReport,
	by: RunEnd,
	durationMs: number,
	slowestMs: number
): PolicyRunEnd {
	const { latencyMs, lateChunks } = report;
	return {
		endedBy: by,
		durationMs,
		latency:
			latencyMs === null
				? null
				: {
						count: latencyMs.count,
						medianMs: latencyMs.median,
						p95Ms: latencyMs.p95,
						maxMs: Math.max(slowestMs, latencyMs.last, latencyMs.p95)
					},
		limitedTicks: counted(report),
		lateChunks,
		takeOvers: report.takeOvers.length,
		episodeId: null
	};
}

function counted({ limited }: PolicyReport): Readonly<Record<string, number>> {
	return Object.fromEntries(Object.entries(limited).filter(([, count]) => count > 0));
}
