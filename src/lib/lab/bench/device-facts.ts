// What kind of computer this is, as far as a result file needs it: no serial numbers, no language, no screen.

import type { DeviceFacts } from './bench-result';

interface BrandedNavigator {
	readonly userAgentData?: {
		readonly brands: readonly { readonly brand: string; readonly version: string }[];
		readonly platform: string;
	};
	readonly deviceMemory?: number;
}

export function deviceFacts(): DeviceFacts {
	const { userAgentData, deviceMemory } = navigator as BrandedNavigator;
	return {
		browser: browserName(userAgentData?.brands ?? [], navigator.userAgent),
		system: userAgentData?.platform ?? /\(([^;)]+)/.exec(navigator.userAgent)?.[1] ?? 'unknown',
		cores: navigator.hardwareConcurrency,
		memoryGb: deviceMemory ?? null,
		isolated: globalThis.crossOriginIsolated,
		serial: 'serial' in navigator
	};
}

/** The name people know, not the engine's and not the made-up one browsers add. Without names: what the old string says. */
function browserName(
	brands: readonly { readonly brand: string; readonly version: string }[],
	userAgent: string
): string {
	const real = brands.filter(({ brand }) => !/not.?a.?brand/i.test(brand.replaceAll(/[^a-z]/gi, ' ')));
	const named = real.find(({ brand }) => brand !== 'Chromium') ?? real[0];
	if (named !== undefined) return `${named.brand} ${named.version}`;
	const [, name, major] = /(Firefox|Edg|Chrome|Version)\/(\d+)/.exec(userAgent) ?? [];
	return name === undefined || major === undefined
		? 'unknown'
		: `${name === 'Version' ? 'Safari' : name} ${major}`;
}
