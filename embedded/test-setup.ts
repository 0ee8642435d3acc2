// One throwaway cluster for all test files of the school.
import { shareCluster } from './fresh.mjs';

export function setup(): Promise<() => Promise<void>> {
	// The contract suite against a hosted project needs nothing here.
	if ((process.env['HOSTED_URL'] ?? '') !== '') return Promise.resolve(() => Promise.resolve());
	return shareCluster();
}
