// What ROBOT has only while the arm is a virtual one: the ports to PLANT with follower and leader behind them, and the
// clock they all share in lockstep.

import type { Scheduler, VirtualScheduler } from '$lib/core';
import { createPortTransport, type PortTransport } from '$lib/robot';
import type { ClockMode, VirtualPorts } from './api';
import { LeaderReader } from './leader-reader';
import { Lockstep } from './lockstep';
import { portLike } from './port-like';

/** What only the virtual arm has. */
export interface VirtualParts {
	readonly transport: PortTransport;
	readonly leader: LeaderReader;
	readonly lockstep: Lockstep | null;
}

/** The virtual follower and leader behind their ports, and the clock they share in lockstep. */
export function joinPlant(
	{ follower, leader: leaderPort, sync }: VirtualPorts,
	scheduler: Scheduler,
	virtual: VirtualScheduler | null,
	{ clock, fps }: { readonly clock: ClockMode; readonly fps: number }
): VirtualParts {
	const transport = createPortTransport({
		id: 'virtual-follower',
		port: portLike(follower),
		scheduler,
		mode: clock
	});
	const leader = new LeaderReader({ port: leaderPort, scheduler, mode: clock });
	const settle = async (): Promise<void> => {
		await transport.settled();
		await leader.settled();
	};
	const lockstep = virtual === null ? null : new Lockstep({ virtual, fps, sync, settle });
	return { transport, leader, lockstep };
}
