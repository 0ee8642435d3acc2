// PACKAGE: exposes the host; nothing of its own.
import { expose } from 'comlink';
import { PackageHost } from '$lib/lab/hosts/package-host';

expose(new PackageHost({ build: __BUILD__, isolated: globalThis.crossOriginIsolated }));
