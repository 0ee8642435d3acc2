// BENCH: the real-device bench. Exposes the host; nothing of its own.
import { expose } from 'comlink';
import { BenchHost } from '$lib/lab/bench/bench-host';

expose(new BenchHost({ build: __BUILD__, isolated: globalThis.crossOriginIsolated }));
