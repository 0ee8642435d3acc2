// ROBOT: exposes the host; nothing of its own.
import { expose } from 'comlink';
import { RobotHost } from '$lib/lab/hosts/robot-host';

expose(new RobotHost({ build: __BUILD__, isolated: globalThis.crossOriginIsolated }));
