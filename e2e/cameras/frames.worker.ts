// FRAMES as the lab starts it.

import { expose } from 'comlink';
import { createWallScheduler } from '$lib/core';
import { FramesHost } from '$lib/lab/hosts/frames-host';

expose(new FramesHost({ build: 'cameras', isolated: true }, createWallScheduler(), performance.timeOrigin));
