// The contracts over everything that runs in a browser. The same cases run in Node, beside the code.

import { transfer, wrap, type Remote } from 'comlink';
import { cameraContract, type CameraHarness } from '$lib/camera/camera.contract';
import { patternCameraHarness } from '$lib/camera/testing/pattern-harness';
import { runCase, type Contract, type ContractHarness, type MakeHarness } from '$lib/core/testing/contract';
import { fileSinkContract, type SinkHarness } from '$lib/dataset/sinks/file-sink.contract';
import { directorySinkHarness, memorySinkHarness, zipSinkHarness } from '$lib/dataset/testing/sink-harness';
import policyUrl from '$lib/inference/package/fixtures/policy.zip?url';
import { policyStoreContract, type PolicyStoreHarness } from '$lib/inference/package/store/store.contract';
import { idbPolicyHarness, memoryPolicyHarness } from '$lib/inference/package/testing/store-harness';
import { spawnWorker } from '$lib/lab/spawn-worker';
import { storeContract } from '$lib/recorder/store.contract';
import { idbStoreHarness, memoryStoreHarness } from '$lib/recorder/testing/store-harness';
import {
	chainFarHere,
	chainTransport,
	memoryTransport,
	portTransport,
	type ChainFar
} from '$lib/robot/transport/testing/transports';
import { transportContract, type TransportHarness } from '$lib/robot/transport/transport.contract';
import type { RenderPorts } from '$lib/scene/camera-renderer';
import { lockstepCameraHarness } from '$lib/scene/testing/lockstep-camera';
import { renderedCameraHarness } from '$lib/scene/testing/render-rig';
import type { Far } from './far.worker';
import farUrl from './far.worker.ts?worker&url';
import type { SuiteName, SuiteReport } from './names';

/** A case that takes this long hangs; its name must still be told. */
const PATIENCE_MS = 30_000;
const USB_FRAME_MS = 1;

type Suite = () => Promise<SuiteReport>;

function within(work: Promise<void>): Promise<void> {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error(`not done after ${PATIENCE_MS} ms`)), PATIENCE_MS);
		work.then(resolve, reject).finally(() => clearTimeout(timer));
	});
}

function suite<Harness extends ContractHarness>(
	contract: Contract<Harness>,
	make: MakeHarness<Harness>
): Suite {
	return async () => {
		const failures: string[] = [];
		for (const contractCase of contract) {
			try {
				await within(runCase(contractCase, make));
			} catch (error) {
				failures.push(`${contractCase.name}: ${error instanceof Error ? error.message : String(error)}`);
			}
		}
		return { cases: contract.map(({ name }) => name), failures };
	};
}

let farWorker: Remote<Far> | null = null;

function far(): Remote<Far> {
	farWorker ??= wrap<Far>(spawnWorker(farUrl, 'far'));
	return farWorker;
}

async function chainFarThere(): Promise<ChainFar> {
	const { port1, port2 } = new MessageChannel();
	const id = await far().serveChain(transfer(port2, [port2]), USB_FRAME_MS);
	return {
		port: port1,
		unplug: () => far().unplug(id),
		replug: () => far().replug(id),
		dispose: () => port1.close()
	};
}

async function renderThere(ports: RenderPorts): Promise<() => Promise<void>> {
	const id = await far().serveRender(transfer(ports, [ports.plant, ports.page, ...ports.consumers]));
	return () => far().endRender(id);
}

/** Folders of the origin's private storage: the same API as a folder that a person picks. */
function ownStorageSink(): SinkHarness {
	const names: string[] = [];
	const folder = async (): Promise<FileSystemDirectoryHandle> => {
		const name = crypto.randomUUID();
		names.push(name);
		return (await navigator.storage.getDirectory()).getDirectoryHandle(name, { create: true });
	};
	const isEmpty = async (handle: FileSystemDirectoryHandle): Promise<boolean> =>
		(await handle.keys().next()).done === true;
	return {
		...directorySinkHarness(folder, isEmpty),
		async dispose() {
			const root = await navigator.storage.getDirectory();
			for (const name of names) await root.removeEntry(name, { recursive: true }).catch(() => undefined);
		}
	};
}

const transport = (make: MakeHarness<TransportHarness>): Suite => suite(transportContract, make);
const policies = (make: (zip: Blob) => PolicyStoreHarness): Suite =>
	suite(policyStoreContract, async () => make(await (await fetch(policyUrl)).blob()));
const camera = (make: MakeHarness<CameraHarness>): Suite => suite(cameraContract, make);

export const suites: Readonly<Record<SuiteName, Suite>> = {
	'SerialTransport: memory': transport(memoryTransport),
	'SerialTransport: virtual chain in process': transport(() => chainTransport(USB_FRAME_MS)),
	'SerialTransport: message port, lockstep': transport(() =>
		portTransport(chainFarHere(USB_FRAME_MS), 'lockstep')
	),
	'SerialTransport: message port, wall': transport(() => portTransport(chainFarHere(USB_FRAME_MS), 'wall')),
	'SerialTransport: message port to a worker, lockstep': transport(async () =>
		portTransport(await chainFarThere(), 'lockstep')
	),
	'SerialTransport: message port to a worker, wall': transport(async () =>
		portTransport(await chainFarThere(), 'wall')
	),
	'RecordingStore: memory': suite(storeContract, memoryStoreHarness),
	'RecordingStore: IndexedDB': suite(storeContract, idbStoreHarness),
	'PolicyStore: memory': policies(memoryPolicyHarness),
	'PolicyStore: IndexedDB': policies(idbPolicyHarness),
	'Camera: pattern': camera(patternCameraHarness),
	'Camera: rendered': camera(renderedCameraHarness),
	'Camera: rendered by a worker': camera(() => lockstepCameraHarness(renderThere)),
	'FileSink: memory': suite(fileSinkContract, memorySinkHarness),
	'FileSink: zip in a Blob': suite(fileSinkContract, zipSinkHarness),
	"FileSink: folder in the browser's own storage": suite(fileSinkContract, ownStorageSink)
};
