// One throwaway cluster for all test files of the school.
import { shareCluster } from './fresh.mjs';

export const setup = (): Promise<() => Promise<void>> => shareCluster();
