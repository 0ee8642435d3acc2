// RENDER: poses in, pictures of the virtual cameras out. Exposes the host; nothing of its own.
import { expose } from 'comlink';
import { createWallScheduler } from '$lib/core';
import { holdLifeLock } from '$lib/lab/hosts/alive';
import { RenderHost } from '$lib/scene/camera-renderer';

const hello = { build: __BUILD__, isolated: globalThis.crossOriginIsolated };
holdLifeLock();
expose(new RenderHost(hello, createWallScheduler()));
