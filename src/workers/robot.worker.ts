// ROBOT: exposes the host; nothing of its own.
import { expose } from 'comlink';
import { holdLifeLock } from '$lib/lab/hosts/alive';
import { RobotHost } from '$lib/lab/hosts/robot-host';

holdLifeLock();
expose(new RobotHost({ build: __BUILD__, isolated: globalThis.crossOriginIsolated }));
