// PLANT: exposes the host; nothing of its own.
import { expose } from 'comlink';
import { PlantHost } from '$lib/lab/hosts/plant-host';

expose(new PlantHost({ build: __BUILD__, isolated: globalThis.crossOriginIsolated }));
