// uPlot for joint traces. Loaded on demand; knows the buffer, sizes and colours, nothing of Svelte.
import uPlot from 'uplot';
import { getLocale } from '$lib/i18n';
import type { TraceBuffer } from './lab/trace-buffer';

const MIN_REDRAW_MS = 50;

export interface TraceChart {
	setColors(colors: readonly string[]): void;
	destroy(): void;
}

interface TraceOptions {
	readonly joints: readonly { readonly name: string; readonly unit: 'degrees' | 'percent' }[];
	readonly seconds: number;
	readonly isHidden: (name: string) => boolean;
}

/** Builds the chart into `host` and redraws it from `buffer` until `destroy`. */
export function createTraceChart(host: HTMLElement, buffer: TraceBuffer, options: TraceOptions): TraceChart {
	let colors: readonly string[] = [];
	const plot = new uPlot(
		plotOptions(host, options, (joint) => colors[joint] ?? 'currentColor'),
		[[]],
		host
	);
	const resized = new ResizeObserver(() =>
		plot.setSize({ width: host.clientWidth, height: host.clientHeight })
	);
	resized.observe(host);
	let drawnVersion = -1;
	let drawnAtMs = 0;
	let frame = requestAnimationFrame(function redraw(nowMs) {
		frame = requestAnimationFrame(redraw);
		if (buffer.version === drawnVersion || nowMs - drawnAtMs < MIN_REDRAW_MS) return;
		drawnVersion = buffer.version;
		drawnAtMs = nowMs;
		feed(plot, buffer, options);
	});
	return {
		setColors(next) {
			colors = next;
			plot.redraw(false, true);
		},
		destroy() {
			cancelAnimationFrame(frame);
			resized.disconnect();
			plot.destroy();
		}
	};
}

function feed(plot: uPlot, buffer: TraceBuffer, options: TraceOptions): void {
	const { times, state, goal } = buffer.window();
	options.joints.forEach((joint, index) => {
		const show = !options.isHidden(joint.name);
		for (const at of [1 + index * 2, 2 + index * 2]) {
			const series = plot.series[at];
			if (series && series.show !== show) plot.setSeries(at, { show }, false);
		}
	});
	const end = times[times.length - 1] ?? 0;
	plot.batch(() => {
		plot.setData([times, ...state.flatMap((column, joint) => [column, goal[joint] ?? column])], false);
		plot.setScale('x', { min: end - options.seconds, max: end });
	});
}

/** Degrees in steps of 30 around what is drawn, at least 90 wide: the axis must not breathe with every sample. */
function calmRange(_plot: uPlot, low: number | null, high: number | null): uPlot.Range.MinMax {
	if (low === null || high === null || !Number.isFinite(high - low)) return [-60, 60];
	const min = Math.floor((low - 5) / 30) * 30;
	const max = Math.ceil((high + 5) / 30) * 30;
	return max - min >= 90 ? [min, max] : [min - 30, Math.max(max, min + 60)];
}

/** Runs of NaN as pixel ranges: a failed read is a hole in the curve, never a straight line across it. */
const failedReads: uPlot.Series.GapsRefiner = (plot, seriesIndex, from, to) => {
	const times = plot.data[0];
	const values = plot.data[seriesIndex];
	const gaps: [number, number][] = [];
	let start = -1;
	for (let at = from; at <= to; at++) {
		const missing = Number.isNaN(values?.[at] ?? NaN);
		if (missing && start < 0) start = Math.max(from, at - 1);
		if ((!missing || at === to) && start >= 0) {
			gaps.push([plot.valToPos(times[start] ?? 0, 'x', true), plot.valToPos(times[at] ?? 0, 'x', true)]);
			start = -1;
		}
	}
	return gaps;
};

function plotOptions(
	host: HTMLElement,
	options: TraceOptions,
	color: (joint: number) => string
): uPlot.Options {
	const ink = (): string => getComputedStyle(host).color;
	const grid = (): string => getComputedStyle(host).getPropertyValue('--grid') || 'rgb(128 128 128 / 25%)';
	const axis: uPlot.Axis = {
		stroke: ink,
		font: '11px system-ui, sans-serif',
		grid: { stroke: grid, width: 1 },
		ticks: { show: false }
	};
	return {
		width: Math.max(50, host.clientWidth),
		height: Math.max(50, host.clientHeight),
		cursor: { show: false },
		legend: { show: false },
		padding: [6, 8, 0, 0],
		scales: { x: { time: false }, degrees: { range: calmRange }, percent: { range: [-5, 105] } },
		axes: [
			{
				...axis,
				size: 20,
				// Before the first second there was nothing.
				values: (_plot, ticks) =>
					ticks.map((tick) => (tick < 0 ? '' : `${tick.toLocaleString(getLocale())} s`))
			},
			{
				...axis,
				scale: 'degrees',
				size: 42,
				space: 24,
				values: (_plot, ticks) => ticks.map((tick) => `${tick}°`)
			}
		],
		series: [
			{},
			...options.joints.flatMap((joint, index): uPlot.Series[] => {
				const common: uPlot.Series = {
					scale: joint.unit,
					stroke: () => color(index),
					points: { show: false },
					spanGaps: false,
					gaps: failedReads
				};
				return [
					{ ...common, width: 2 },
					{ ...common, width: 1, dash: [3, 4] }
				];
			})
		]
	};
}
