// FRAMES: pictures of real cameras. Exposes the host; nothing of its own.
import { expose } from 'comlink';
import { createWallScheduler } from '$lib/core';
import { holdLifeLock } from '$lib/lab/hosts/alive';
import { FramesHost } from '$lib/lab/hosts/frames-host';

const hello = { build: __BUILD__, isolated: globalThis.crossOriginIsolated };
holdLifeLock();
expose(new FramesHost(hello, createWallScheduler(), performance.timeOrigin));
