// TRAINING: learns from episodes on one thread of its own. Exposes the host; nothing of its own.
import { expose } from 'comlink';
import { holdLifeLock } from '$lib/lab/hosts/alive';
import { TrainHost } from '$lib/lab/training/train-host';

holdLifeLock();
expose(new TrainHost({ build: __BUILD__, isolated: globalThis.crossOriginIsolated }));
