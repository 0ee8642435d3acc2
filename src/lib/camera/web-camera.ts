// The browser's cameras: permission, list, opening one at a size, its pictures as a stream that a worker can take over
// (W3C Media Capture and Streams; MediaStreamTrack Insertable Media Processing). Window only: workers have no
// MediaStreamTrackProcessor, and a track cannot be handed to one, but its stream of pictures can. The only place that
// calls getUserMedia.

import { err, ok, type Result, type Unsubscribe } from '$lib/core';
import type { CameraOpener } from './camera-ladder';
import type { CameraDevice, CameraMode, OpenFailure } from './device-types';

/** Pictures waiting in front of a slow worker; older ones are thrown away. */
const BUFFERED = 4;

export interface OpenedCamera {
	/** Its pictures, once; to be transferred in the same breath. */
	frames(): ReadableStream<VideoFrame>;
	/** What the device really does. */
	readonly actual: CameraMode;
	/** Once, when the device is gone; not after `close`. */
	onEnded(listener: () => void): Unsubscribe;
	close(): void;
}

/** Whether this browser can hand pictures of a camera to a worker at all. */
export function webCamerasSupported(): boolean {
	const { mediaDevices } = navigator as { mediaDevices?: MediaDevices };
	return mediaDevices !== undefined && 'MediaStreamTrackProcessor' in globalThis;
}

/** Permission stands: cameras have names. */
export async function camerasAllowed(): Promise<boolean> {
	return (await listCameras()).some(({ label }) => label !== '');
}

/** Asks for permission where it does not stand yet; until then cameras have no names. */
export async function askForCameras(): Promise<Result<null, OpenFailure>> {
	if (!webCamerasSupported()) return err('unsupported');
	if (await camerasAllowed()) return ok(null);
	try {
		const stream = await navigator.mediaDevices.getUserMedia({ video: true });
		for (const track of stream.getTracks()) track.stop();
		return ok(null);
	} catch (error) {
		const failure = failureOf(error);
		// Permission was given: that this one is in use says nothing of the others.
		return failure === 'busy' ? ok(null) : err(failure);
	}
}

export async function listCameras(): Promise<CameraDevice[]> {
	const devices = await navigator.mediaDevices.enumerateDevices();
	return devices
		.filter(({ kind, deviceId }) => kind === 'videoinput' && deviceId !== '')
		.map(({ deviceId, groupId, label }) => ({ deviceId, groupId, label }));
}

/** Something was plugged in or out. */
export function onCamerasChanged(listener: () => void): Unsubscribe {
	navigator.mediaDevices.addEventListener('devicechange', listener);
	return () => navigator.mediaDevices.removeEventListener('devicechange', listener);
}

export const webCameraOpener: CameraOpener<OpenedCamera> = {
	async open(deviceId, { width, height, fps }) {
		if (!webCamerasSupported()) return err('unsupported');
		try {
			const stream = await navigator.mediaDevices.getUserMedia({
				video: {
					deviceId: { exact: deviceId },
					width: { ideal: width },
					height: { ideal: height },
					frameRate: { ideal: fps, max: fps }
				}
			});
			const [track] = stream.getVideoTracks();
			return track ? ok(openedCamera(track, { width, height, fps })) : err('failed');
		} catch (error) {
			return err(failureOf(error));
		}
	},
	close: (opened) => opened.close()
};

function openedCamera(track: MediaStreamTrack, asked: CameraMode): OpenedCamera {
	const settings = track.getSettings();
	return {
		frames: () =>
			new MediaStreamTrackProcessor({ track: track as MediaStreamVideoTrack, maxBufferSize: BUFFERED })
				.readable,
		actual: {
			width: settings.width ?? asked.width,
			height: settings.height ?? asked.height,
			fps: settings.frameRate ?? asked.fps
		},
		onEnded(listener) {
			track.addEventListener('ended', listener);
			return () => track.removeEventListener('ended', listener);
		},
		close: () => track.stop()
	};
}

/** Names of DOMException, getUserMedia section of the specification. */
function failureOf(error: unknown): OpenFailure {
	switch (error instanceof DOMException ? error.name : '') {
		case 'NotAllowedError':
		case 'SecurityError':
			return 'denied';
		case 'NotFoundError':
		case 'OverconstrainedError':
			return 'missing';
		case 'NotReadableError':
		case 'AbortError':
			return 'busy';
		default:
			return 'failed';
	}
}
