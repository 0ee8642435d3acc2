// Sizes and rates a camera is asked for, from good to frugal, and how several cameras share a USB hub that cannot carry
// them all at their best. Knows devices by id and a way to open them; knows no browser.
// [Note: bandwidth] USB reserves bandwidth for a camera when it opens, by size. A camera that finds none left fails like
// one that is in use (`busy`). So a failing camera comes down first, then those opened before it; if even that does not
// help, bandwidth was not the reason, and the others get their sizes back.

import { ok, err, type Result } from '$lib/core';
import type { CameraMode, OpenFailure } from './device-types';

export const CAMERA_LADDER: readonly CameraMode[] = [
	{ width: 640, height: 480, fps: 30 },
	{ width: 320, height: 240, fps: 30 },
	{ width: 320, height: 240, fps: 15 },
	{ width: 160, height: 120, fps: 15 }
];

const load = ({ width, height, fps }: CameraMode): number => width * height * fps;

/** The next more frugal mode, or null at the bottom. */
export function lowerMode(mode: CameraMode): CameraMode | null {
	return CAMERA_LADDER.find((rung) => load(rung) < load(mode)) ?? null;
}

export interface CameraOpener<Opened> {
	open(deviceId: string, mode: CameraMode): Promise<Result<Opened, OpenFailure>>;
	/** Frees the device and its bandwidth. */
	close(opened: Opened): void;
}

export interface CameraWish {
	readonly deviceId: string;
	readonly mode: CameraMode;
}

export type OpenAnswer<Opened> = Result<{ readonly opened: Opened; readonly mode: CameraMode }, OpenFailure>;

interface Slot<Opened> {
	readonly wish: CameraWish;
	mode: CameraMode;
	answer: OpenAnswer<Opened>;
}

/** Opens all wishes at the best modes that go together. Answers in the order of the wishes. */
export async function openCameras<Opened>(
	wishes: readonly CameraWish[],
	opener: CameraOpener<Opened>
): Promise<OpenAnswer<Opened>[]> {
	const slots: Slot<Opened>[] = [];
	for (const wish of wishes) {
		const slot: Slot<Opened> = { wish, mode: wish.mode, answer: await openDown(wish, opener) };
		if (slot.answer.ok) slot.mode = slot.answer.value.mode;
		slots.push(slot);
		if (!slot.answer.ok && slot.answer.error === 'busy') await makeRoom(slots, slot, opener);
	}
	return slots.map(({ answer }) => answer);
}

/** One camera, from its wish downwards while it is busy. */
async function openDown<Opened>(wish: CameraWish, opener: CameraOpener<Opened>): Promise<OpenAnswer<Opened>> {
	let mode: CameraMode | null = wish.mode;
	let failure: OpenFailure = 'busy';
	while (mode !== null) {
		const answer = await opener.open(wish.deviceId, mode);
		if (answer.ok) return ok({ opened: answer.value, mode });
		failure = answer.error;
		if (failure !== 'busy') break;
		mode = lowerMode(mode);
	}
	return err(failure);
}

/** Takes the others down, the widest first, until `late` opens too; gives everything back if it never does. */
async function makeRoom<Opened>(
	slots: readonly Slot<Opened>[],
	late: Slot<Opened>,
	opener: CameraOpener<Opened>
): Promise<void> {
	const others = slots.filter((slot) => slot !== late && slot.answer.ok);
	const before = others.map(({ mode }) => mode);
	for (;;) {
		const widest = others
			.filter(({ mode }) => lowerMode(mode) !== null)
			.sort((a, b) => load(b.mode) - load(a.mode))[0];
		const lower = widest ? lowerMode(widest.mode) : null;
		if (!widest || !lower) break;
		await reopen(widest, lower, opener);
		late.answer = await openDown(late.wish, opener);
		if (!late.answer.ok) continue;
		late.mode = late.answer.value.mode;
		return;
	}
	for (const [at, slot] of others.entries()) await reopen(slot, before[at] ?? slot.mode, opener);
}

async function reopen<Opened>(
	slot: Slot<Opened>,
	mode: CameraMode,
	opener: CameraOpener<Opened>
): Promise<void> {
	if (slot.answer.ok) opener.close(slot.answer.value.opened);
	slot.answer = await openDown({ deviceId: slot.wish.deviceId, mode }, opener);
	slot.mode = slot.answer.ok ? slot.answer.value.mode : mode;
}

/** A new mode is given this long to prove itself. */
const PATIENCE_MS = 3000;

export interface Delivery {
	readonly mode: CameraMode;
	/** When this mode was opened. */
	readonly sinceMs: number;
	/** Pictures per second; null before the first picture. */
	readonly fps: number | null;
	/** The scene is dark: the camera exposes longer, a smaller picture would not be faster. */
	readonly dark: boolean;
}

/** The mode to fall to when an open camera does not deliver what was asked; null to stay. */
export function fallTo({ mode, sinceMs, fps, dark }: Delivery, nowMs: number): CameraMode | null {
	if (nowMs - sinceMs < PATIENCE_MS) return null;
	const delivers = fps !== null && fps >= 0.75 * mode.fps;
	return delivers || (dark && fps !== null) ? null : lowerMode(mode);
}
