// The PACKAGE worker's work: reading and examining packages of strangers, away from the page. Lives for one question: whoever
// asked ends it, and with it whatever a package made it do. Keeps nothing.

import { transfer } from 'comlink';
import { readHere, type PackageReader } from '$lib/inference/package';
import type { WorkerHello } from './api';

export class PackageHost implements PackageReader {
	readonly #hello: WorkerHello;

	constructor(hello: WorkerHello) {
		this.#hello = hello;
	}

	hello(): WorkerHello {
		return this.#hello;
	}

	copy(blob: Blob): ReturnType<PackageReader['copy']> {
		return readHere.copy(blob);
	}

	async model(...which: Parameters<PackageReader['model']>): ReturnType<PackageReader['model']> {
		const answer = await readHere.model(...which);
		return answer.ok ? transfer(answer, [answer.value.buffer]) : answer;
	}

	reference(file: Blob): ReturnType<PackageReader['reference']> {
		return readHere.reference(file);
	}
}
