// A camera that needs no device and no renderer: a moving gradient with the frame number painted on it, at an exact rate
// on the given Scheduler. Proves the way from picture to dataset, and what a machine can record.

import type { Camera, CameraInfo, I420Frame } from '$lib/contracts';
import { createSignal, type Scheduler, type Timer } from '$lib/core';
import { paintFrameNumber } from './frame-number';
import { i420Size } from './i420';

export interface PatternCameraOptions {
	readonly name: string;
	readonly width: number;
	readonly height: number;
	readonly fps: number;
	readonly scheduler: Scheduler;
	/** First frame this long after start; lets two cameras run out of step. */
	readonly phaseMs?: number;
}

/** Luma repeats after this many columns: even, so that chroma follows. */
const PERIOD = 440;

interface Pattern {
	readonly luma: Uint8Array;
	readonly chroma: Uint8Array;
}

/** One long row of each plane; a picture's rows are windows into it. Up and down again, so no hard edge wraps. */
function createPattern(width: number): Pattern {
	const wave = (i: number, low: number, span: number): number => {
		const at = (i % PERIOD) / PERIOD;
		return Math.round(low + span * (at < 0.5 ? 2 * at : 2 - 2 * at));
	};
	return {
		luma: Uint8Array.from({ length: width + PERIOD }, (_, i) => wave(i, 30, 190)),
		chroma: Uint8Array.from({ length: width / 2 + PERIOD }, (_, i) => wave(i, 70, 110))
	};
}

function paintPattern(pattern: Pattern, width: number, height: number, k: number): Uint8Array {
	const data = new Uint8Array(i420Size(width, height));
	for (let row = 0; row < height; row++) {
		const from = (row + 3 * k) % PERIOD;
		data.set(pattern.luma.subarray(from, from + width), row * width);
	}
	const luma = width * height;
	const half = width / 2;
	for (let row = 0; row < height / 2; row++) {
		const uFrom = (2 * row + k) % PERIOD;
		const vFrom = (PERIOD + 150 - (row % PERIOD) + k) % PERIOD;
		data.set(pattern.chroma.subarray(uFrom, uFrom + half), luma + row * half);
		data.set(pattern.chroma.subarray(vFrom, vFrom + half), luma + luma / 4 + row * half);
	}
	paintFrameNumber({ width, height, data }, k);
	return data;
}

/** Frame k is due at start + phase + k/fps. A late scheduler skips pictures (never a burst) and the numbering goes on. */
export function createPatternCamera(options: PatternCameraOptions): Camera {
	const { name, width, height, fps, scheduler } = options;
	i420Size(width, height);
	const info: CameraInfo = { name, width, height, fps, kind: 'pattern', deviceId: '' };
	const frames = createSignal<I420Frame>();
	const lost = createSignal<string>();
	const pattern = createPattern(width);
	let timer: Timer | null = null;
	let startMs = 0;
	let slot = 0;
	let sequence = 0;

	const dueMs = (): number => startMs + (slot * 1000) / fps;

	const shoot = (): void => {
		const now = scheduler.now();
		slot = Math.max(slot + 1, Math.floor(((now - startMs) * fps) / 1000 + 1e-6) + 1);
		timer = scheduler.at(dueMs(), shoot);
		const data = paintPattern(pattern, width, height, sequence);
		frames.emit({ width, height, data, tMs: now, sequence: sequence++ });
	};

	return {
		info,
		start() {
			if (timer) return Promise.resolve();
			startMs = scheduler.now() + (options.phaseMs ?? 0);
			slot = 0;
			timer = scheduler.at(startMs, shoot);
			return Promise.resolve();
		},
		onFrame: (listener) => frames.on(listener),
		onLost: (listener) => lost.on(listener),
		stop() {
			timer?.cancel();
			timer = null;
			return Promise.resolve();
		}
	};
}
