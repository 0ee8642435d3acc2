// What a figure was measured on, and how disturbed the machine was meanwhile.
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

function pressureUs() {
	try {
		return Number(/some .* total=(\d+)/.exec(readFileSync('/proc/pressure/cpu', 'utf8'))?.[1] ?? NaN);
	} catch {
		return NaN;
	}
}

/** @returns {() => number} share of the time since this call in which somebody waited for a CPU, percent; NaN off Linux */
export function watchPressure() {
	const begin = pressureUs();
	const beginMs = performance.now();
	return () => (100 * (pressureUs() - begin)) / 1000 / (performance.now() - beginMs);
}

/** @param {string} [chromium] version line */
export function describeMachine(chromium) {
	return {
		cpu: cpus()[0]?.model ?? 'unknown',
		cores: availableParallelism(),
		memoryGb: Math.round(totalmem() / 2 ** 30),
		system: `${process.platform} ${release()}`,
		node: process.version,
		...(chromium === undefined ? {} : { chromium }),
		loadAverage: loadavg().map((value) => Math.round(10 * value) / 10)
	};
}
