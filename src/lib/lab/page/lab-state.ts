// What a lab session is told at its start and what it can be in; shared by the core, its facade and the probe.

import type { ArmReport, ErrorCode } from '$lib/contracts';
import type { ClockMode } from '../hosts/api';

export interface LabOptions {
	readonly build: string;
	readonly seatId: string;
	readonly clock: ClockMode;
	readonly fps: number;
	readonly seed: number;
	readonly stampNumbers: boolean;
	/** Tests may look inside. */
	readonly probe: boolean;
}

export interface Problem {
	readonly code: ErrorCode;
	readonly details: Readonly<Record<string, string | number>>;
}

export const IDLE_REPORT: ArmReport = {
	armId: 'follower',
	status: 'disconnected',
	reason: '',
	handover: false,
	torque: 'unknown',
	epoch: 0,
	source: 'sliders'
};

/** Batches come only while the loop runs. */
export function hasContact({ status }: ArmReport): boolean {
	return status !== 'disconnected' && status !== 'connecting' && status !== 'lost';
}
