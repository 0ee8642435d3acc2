// uPlot for one joint: what the policy wanted and what was recorded, over the phases of the episode. Loaded on demand; knows
// columns and colours, nothing of Svelte.
import uPlot from 'uplot';
import type { WhyPhase, WhySpan } from '$lib/contracts';
import { getLocale } from '$lib/i18n';

export interface WhyChart {
	show(curves: WhyCurves): void;
	recolour(): void;
	destroy(): void;
}

export interface WhyCurves {
	/** s since the first row. */
	readonly timesS: readonly number[];
	readonly predicted: readonly number[];
	readonly recorded: readonly number[];
	/** CSS colour of the joint. */
	readonly color: string;
}

/** Behind which phases a band is drawn: where the gripper moves, and where a hand drove. */
const BANDS: Partial<Record<WhyPhase, string>> = {
	shuts: '--accent-soft',
	opens: '--accent-soft',
	by_hand: '--warn-soft'
};

export function createWhyChart(host: HTMLElement, spans: readonly WhySpan[]): WhyChart {
	let color = 'currentColor';
	/** A canvas knows no variables: what the theme makes of a colour is asked of an element. */
	const resolved = (css: string): string => {
		const probe = document.createElement('span');
		probe.hidden = true;
		probe.style.color = css;
		host.append(probe);
		const { color: found } = getComputedStyle(probe);
		probe.remove();
		return found;
	};
	const axis: uPlot.Axis = {
		stroke: () => getComputedStyle(host).color,
		font: '11px system-ui, sans-serif',
		grid: { stroke: () => resolved('var(--grid, rgb(128 128 128 / 25%))'), width: 1 },
		ticks: { show: false }
	};
	const bands = (plot: uPlot): void => {
		const { left, top, width, height } = plot.bbox;
		for (const { phase, fromS, untilS } of spans) {
			const name = BANDS[phase];
			if (name === undefined) continue;
			const from = Math.max(left, plot.valToPos(fromS, 'x', true));
			const until = Math.min(left + width, plot.valToPos(untilS, 'x', true));
			plot.ctx.fillStyle = resolved(`var(${name})`);
			plot.ctx.fillRect(from, top, Math.max(0, until - from), height);
		}
	};
	const plot = new uPlot(
		{
			width: Math.max(50, host.clientWidth),
			height: Math.max(50, host.clientHeight),
			cursor: { show: false },
			legend: { show: false },
			padding: [6, 8, 0, 0],
			scales: { x: { time: false } },
			hooks: { drawClear: [bands] },
			axes: [
				{
					...axis,
					size: 20,
					values: (_plot, ticks) => ticks.map((tick) => `${tick.toLocaleString(getLocale())} s`)
				},
				{ ...axis, size: 42, space: 24 }
			],
			series: [
				{},
				{ stroke: () => color, width: 2, dash: [5, 4], points: { show: false } },
				{ stroke: () => color, width: 2, points: { show: false } }
			]
		},
		[[], [], []],
		host
	);
	const resized = new ResizeObserver(() =>
		plot.setSize({ width: Math.max(50, host.clientWidth), height: Math.max(50, host.clientHeight) })
	);
	resized.observe(host);
	return {
		show(curves) {
			color = resolved(curves.color);
			plot.setData([[...curves.timesS], [...curves.predicted], [...curves.recorded]]);
		},
		recolour: () => plot.redraw(false, true),
		destroy() {
			resized.disconnect();
			plot.destroy();
		}
	};
}
