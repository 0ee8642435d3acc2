// The virtual arm's chain in a worker of its own, as PLANT serves it.

import { createSo101Chain, serveChainPort, Wire } from '$lib/sim/chain';
import { serveCalls } from './calls';

function serve(port: MessagePort): boolean {
	const chain = createSo101Chain();
	serveChainPort(port, new Wire({ chain }), (tMs) => chain.advanceTo(tMs));
	return true;
}

serveCalls({ serve });
