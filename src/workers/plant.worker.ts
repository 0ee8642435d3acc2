// PLANT: exposes the host; nothing of its own.
import { expose } from 'comlink';
import { holdLifeLock } from '$lib/lab/hosts/alive';
import { PlantHost } from '$lib/lab/hosts/plant-host';

holdLifeLock();
expose(new PlantHost({ build: __BUILD__, isolated: globalThis.crossOriginIsolated }));
