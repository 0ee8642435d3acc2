// Feetech parts for the rest of the robot room.

import type { Scheduler } from '$lib/core';
import type { SerialTransport } from '$lib/contracts';
import type { ServoBusOptions } from '../bus/bus-options';
import { ServoBus } from '../bus/servo-bus';
import { FEETECH_PROTOCOL } from './packet';
import { isPersistentAddress } from './registers';

export { STATUS_ERROR } from './packet';
export { STS3215_DRIVER } from './sts3215';

export function createFeetechBus(
	transport: SerialTransport,
	scheduler: Scheduler,
	options: Partial<Omit<ServoBusOptions, 'transport' | 'scheduler' | 'protocol'>> = {}
): ServoBus {
	return new ServoBus({
		transport,
		scheduler,
		protocol: FEETECH_PROTOCOL,
		isPersistent: isPersistentAddress,
		...options
	});
}
