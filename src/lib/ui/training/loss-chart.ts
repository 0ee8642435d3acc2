// uPlot for the curve of a training. Loaded on demand; knows points and colours, nothing of Svelte.
import uPlot from 'uplot';
import type { TrainingPoint } from '$lib/contracts';
import { getLocale, m } from '$lib/i18n';

export interface LossChart {
	show(curve: readonly TrainingPoint[], steps: number): void;
	destroy(): void;
}

const AXIS_PX = 52;

/** A token as the canvas understands it: only a style in use has its `light-dark()` decided. */
function resolveColor(host: HTMLElement, token: string): string {
	const probe = document.createElement('span');
	probe.style.color = `var(${token})`;
	host.append(probe);
	const { color } = getComputedStyle(probe);
	probe.remove();
	return color;
}

export function createLossChart(host: HTMLElement): LossChart {
	let steps = 1;
	const { fontFamily } = getComputedStyle(host);
	const token = (name: string): string => resolveColor(host, name);
	const axis = (): uPlot.Axis => ({
		stroke: token('--ink-2'),
		grid: { stroke: token('--line'), width: 1 },
		ticks: { show: false },
		font: `12px ${fontFamily}`,
		values: (_plot, values) => values.map((value) => value.toLocaleString(getLocale()))
	});
	const plot = new uPlot(
		{
			width: Math.max(1, host.clientWidth),
			height: Math.max(1, host.clientHeight),
			legend: { show: false },
			cursor: { show: false },
			scales: {
				x: { time: false, range: () => [0, steps] },
				y: { range: (_plot, _low, high) => [0, Number.isFinite(high) && high > 0 ? high * 1.1 : 1] }
			},
			axes: [axis(), { ...axis(), size: AXIS_PX }],
			series: [
				{},
				{
					label: m.training_error_label(),
					stroke: token('--accent'),
					width: 2.5,
					points: { show: true, size: 7, fill: token('--accent') }
				}
			]
		},
		[[], []],
		host
	);
	const resized = new ResizeObserver(() =>
		plot.setSize({ width: host.clientWidth, height: host.clientHeight })
	);
	resized.observe(host);
	return {
		show(curve, total) {
			steps = total;
			plot.setData([curve.map(({ step }) => step), curve.map(({ heldOutDegrees }) => heldOutDegrees)]);
		},
		destroy() {
			resized.disconnect();
			plot.destroy();
		}
	};
}
