// Contract cases as vitest tests.

import { describe, it } from 'vitest';
import { runCase, type Contract, type ContractHarness, type MakeHarness } from './contract';

export function describeContract<Harness extends ContractHarness>(
	name: string,
	cases: Contract<Harness>,
	make: MakeHarness<Harness>
): void {
	describe(name, () => {
		for (const contractCase of cases) it(contractCase.name, () => runCase(contractCase, make));
	});
}
