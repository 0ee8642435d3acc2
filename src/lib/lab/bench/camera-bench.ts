// Up to two cameras at once, measured in the page because only a page may ask for them: how soon the first picture comes,
// how many a second, and the longest gaps. No picture is kept, and no camera's name: people name theirs after themselves.

import { figure, quantile, type BenchFigure, type StepOutcome } from './bench-types';

const WANTED = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 } } as const;
const MOST_CAMERAS = 2;
const WATCH_MS = 5000;

interface Watched {
	readonly width: number;
	readonly height: number;
	readonly startMs: number | null;
	readonly fps: number;
	readonly gapP99Ms: number | null;
}

export async function measureCameras(): Promise<StepOutcome> {
	const devices = (navigator as { mediaDevices?: MediaDevices }).mediaDevices;
	if (devices === undefined || !('MediaStreamTrackProcessor' in globalThis))
		return { kind: 'failed', failure: 'not_there', arm: null };
	const streams: MediaStream[] = [];
	try {
		streams.push(await devices.getUserMedia({ video: WANTED }));
		// Names of devices are known only now.
		const used = streams[0]?.getVideoTracks()[0]?.getSettings().deviceId;
		const inputs = (await devices.enumerateDevices()).filter(({ kind }) => kind === 'videoinput');
		for (const { deviceId } of inputs.filter((input) => input.deviceId !== used).slice(0, MOST_CAMERAS - 1))
			streams.push(await devices.getUserMedia({ video: { ...WANTED, deviceId: { exact: deviceId } } }));
		const tracks = streams.flatMap((stream) => stream.getVideoTracks());
		const watched = await Promise.all(tracks.map(watch));
		return { kind: 'measured', arm: null, facts: {}, figures: figuresOf(watched) };
	} catch (error) {
		const name = error instanceof DOMException ? error.name : '';
		if (name === 'NotFoundError') return { kind: 'failed', failure: 'not_there', arm: null };
		const refused = name === 'NotAllowedError' || name === 'SecurityError';
		return { kind: 'failed', failure: refused ? 'refused' : 'broken', arm: null };
	} finally {
		for (const track of streams.flatMap((stream) => stream.getTracks())) track.stop();
	}
}

async function watch(track: MediaStreamTrack): Promise<Watched> {
	const fromMs = performance.now();
	const reader = new MediaStreamTrackProcessor({
		track: track as MediaStreamVideoTrack
	}).readable.getReader();
	const cameMs: number[] = [];
	let width = 0;
	let height = 0;
	const end = setTimeout(() => void reader.cancel(), WATCH_MS);
	for (;;) {
		const { value, done } = await reader.read();
		if (done) break;
		cameMs.push(performance.now());
		width = value.displayWidth;
		height = value.displayHeight;
		value.close();
	}
	clearTimeout(end);
	const gaps = cameMs.slice(1).map((ms, index) => ms - (cameMs[index] ?? ms));
	const spanMs = (cameMs.at(-1) ?? 0) - (cameMs[0] ?? 0);
	return {
		width,
		height,
		startMs: cameMs[0] === undefined ? null : cameMs[0] - fromMs,
		fps: spanMs > 0 ? (1000 * gaps.length) / spanMs : 0,
		gapP99Ms: quantile(gaps, 0.99)
	};
}

function figuresOf([first, second, ...more]: readonly Watched[]): BenchFigure[] {
	const count = [first, second, ...more].filter((camera) => camera !== undefined).length;
	const figures = [
		figure('cameras', count),
		figure('camera_width', first?.width ?? null),
		figure('camera_height', first?.height ?? null),
		figure('camera_start_ms', first?.startMs ?? null),
		figure('camera_fps', first?.fps ?? null),
		figure('camera_gap_p99_ms', first?.gapP99Ms ?? null)
	];
	if (second === undefined) return figures;
	return [
		...figures,
		figure('second_camera_fps', second.fps),
		figure('second_camera_gap_p99_ms', second.gapP99Ms)
	];
}
