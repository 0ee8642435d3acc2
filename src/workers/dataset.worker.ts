// DATASET: reads the seat's store, writes datasets. Exposes the host; nothing of its own.
import { expose } from 'comlink';
import { holdLifeLock } from '$lib/lab/hosts/alive';
import { DatasetHost } from '$lib/lab/hosts/dataset-host';

holdLifeLock();
expose(new DatasetHost({ build: __BUILD__, isolated: globalThis.crossOriginIsolated }));
