// RECORDER: encoders and the writing half of the store. Exposes the host; nothing of its own.
import { expose } from 'comlink';
import { holdLifeLock } from '$lib/lab/hosts/alive';
import { RecorderHost } from '$lib/lab/hosts/recorder-host';

holdLifeLock();
expose(new RecorderHost({ build: __BUILD__, isolated: globalThis.crossOriginIsolated }));
