// From what the page finds out to the code of the note it shows. Pure tables; the words are in ui/error-words.

import { isErrorCode, type ArmReport, type Capabilities, type ErrorCode } from '$lib/contracts';
import { isCoded } from '$lib/core';
import type { WorkerHello } from '../hosts/api';
import type { WorkerName } from './worker-set';

/** What this browser lacks, the gravest first; null when it has all. The lab starts in any case and does what it can. */
export function browserProblem(can: Capabilities): ErrorCode | null {
	if (!can.secureContext) return 'insecure_context';
	if (!can.isolated) return 'no_isolation';
	if (!can.indexedDb) return 'no_indexeddb';
	if (!can.webCodecs || can.videoCodec === null) return 'no_webcodecs';
	if (can.storageQuotaBytes === 0) return 'quota_zero';
	if (!can.webgl) return 'no_webgl';
	return can.videoCodec === 'avc' ? null : 'no_h264';
}

const DEATHS: Readonly<Record<WorkerName, ErrorCode>> = {
	robot: 'robot_worker_died',
	plant: 'plant_worker_died',
	render: 'render_worker_died',
	frames: 'camera_lost',
	recorder: 'recorder_worker_died',
	dataset: 'dataset_worker_died',
	infer: 'infer_worker_died'
};

/** What the person reads when a worker is gone. */
export function deathProblem(worker: WorkerName): ErrorCode {
	return DEATHS[worker];
}

/** Why a worker that says hello may not join; null when it may. */
export function helloProblem(hello: WorkerHello, build: string): ErrorCode | null {
	return hello.build === build ? null : 'build_mismatch';
}

/** Why the lab did not start. What carries no code of its own is a worker that did not come up. */
export function startProblem(error: unknown): ErrorCode {
	const code = isCoded(error) ? error.code : '';
	return isErrorCode(code) ? code : 'robot_worker_died';
}

/** What an arm's report newly says that a person must know; null when it says nothing new or nothing grave. */
export function armProblem(before: ArmReport, now: ArmReport): ErrorCode | null {
	if (now.status === 'lost') return before.status === 'lost' ? null : 'port_lost';
	if (now.reason === before.reason) return null;
	if (now.reason === 'overheat') return 'servo_overheat';
	return now.reason === 'voltage' || now.reason === 'went_limp' ? 'servo_voltage' : null;
}

/** What an arm does that is gone or has no power nobody has shown it. */
export function endsRecording({ status, reason }: ArmReport): boolean {
	return status === 'lost' || reason === 'went_limp';
}
