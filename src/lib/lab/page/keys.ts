// The keyboard of the page: stop and record keys always, jog keys while the keyboard drives. Keys that the stop pad's frame
// heard are passed on by it. Typing in a field is never a command.

import {
	RECORD_KEYS,
	createRecordTriggers,
	jogKeyFor,
	type RecordCommand,
	type RecordTrigger
} from '$lib/teleop';
import type { Lab } from '../lab.svelte';

/** In a field that takes text or a choice, where no key is a command. */
export function isTyping(target: EventTarget | null): boolean {
	return (
		target instanceof HTMLElement &&
		(target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
	);
}

/** A focused control has its own meaning for Enter; the record key is for when nothing has. */
function isControl(target: EventTarget | null): boolean {
	return (
		target instanceof HTMLElement &&
		target.closest('button, a, input, select, textarea, [role="slider"]') !== null
	);
}

/** Keys, gamepad buttons and the leader's squeeze as one trigger. */
function createPull(lab: Lab): (trigger: RecordTrigger) => void {
	const triggers = createRecordTriggers();
	const act: Record<RecordCommand, () => void> = {
		start: () => lab.actions.startRecording(),
		stop: () => lab.actions.stopRecording(),
		keep: () => lab.actions.keep(),
		discard: () => lab.actions.discard(),
		rerecord: () => lab.actions.rerecord()
	};
	return (trigger) => {
		const { name } = lab.core.recording.state;
		const command = triggers.pull(trigger, performance.now(), name);
		if (command === null || (command === 'start' && lab.model.recording.blocked !== null)) return;
		act[command]();
	};
}

/** Returns the function that ends listening. */
export function listenToKeys(lab: Lab): () => void {
	const pull = createPull(lab);
	const press = (code: string): boolean => {
		if (code === 'Escape') {
			lab.actions.stop();
			return true;
		}
		if (lab.core.inputs.source !== 'keyboard') return false;
		const key = jogKeyFor(code, lab.keyboardMode);
		if (key === null) return false;
		lab.actions.pressKey(key);
		return true;
	};
	const release = (code: string): void => {
		for (const mode of ['cartesian', 'joint'] as const) {
			const key = jogKeyFor(code, mode);
			if (key !== null) lab.actions.releaseKey(key);
		}
	};
	const onKeyDown = (event: KeyboardEvent): void => {
		if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
		if (event.code !== 'Escape' && isTyping(event.target)) return;
		const trigger = isControl(event.target) ? undefined : RECORD_KEYS[event.code];
		if (trigger !== undefined) pull(trigger);
		if (trigger !== undefined || press(event.code)) event.preventDefault();
	};
	const onKeyUp = (event: KeyboardEvent): void => release(event.code);
	const onBlur = (): void => {
		// Focus that went into the stop pad is still with us: it passes keys on.
		if (!(document.activeElement instanceof HTMLIFrameElement)) lab.core.inputs.releaseAll();
	};
	const onMessage = (event: MessageEvent<unknown>): void => {
		const data = event.data as { v?: unknown; ch?: unknown; down?: unknown; code?: unknown } | null;
		if (event.origin !== 'null' || data?.v !== 1 || data.ch !== 'key' || typeof data.code !== 'string')
			return;
		const trigger = RECORD_KEYS[data.code];
		if (data.down !== true) release(data.code);
		else if (trigger === undefined) press(data.code);
		else pull(trigger);
	};
	const onHidden = (): void => {
		if (document.visibilityState !== 'visible') lab.core.inputs.releaseAll();
	};
	const squeeze = lab.core.recordTrigger.on(pull);
	addEventListener('keydown', onKeyDown);
	addEventListener('keyup', onKeyUp);
	addEventListener('blur', onBlur);
	addEventListener('message', onMessage);
	document.addEventListener('visibilitychange', onHidden);
	return () => {
		squeeze();
		removeEventListener('keydown', onKeyDown);
		removeEventListener('keyup', onKeyUp);
		removeEventListener('blur', onBlur);
		removeEventListener('message', onMessage);
		document.removeEventListener('visibilitychange', onHidden);
	};
}
