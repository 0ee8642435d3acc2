// A folder of the File System Access API in memory, for tests in Node: a written file appears when its stream is closed,
// as in a browser. Follows the standard's errors for missing names and wrong kinds.

class FakeFile {
	readonly kind = 'file';
	readonly name: string;
	bytes = new Uint8Array();

	constructor(name: string) {
		this.name = name;
	}

	getFile(): Promise<Blob> {
		return Promise.resolve(new Blob([this.bytes]));
	}

	createWritable(): Promise<unknown> {
		const pieces: Uint8Array[] = [];
		return Promise.resolve({
			write: (bytes: Uint8Array) => Promise.resolve(void pieces.push(bytes.slice())),
			close: () => {
				this.bytes = new Uint8Array(Buffer.concat(pieces));
				return Promise.resolve();
			},
			abort: () => Promise.resolve()
		});
	}
}

export class FakeDirectory {
	readonly kind = 'directory';
	readonly name: string;
	readonly #children = new Map<string, FakeDirectory | FakeFile>();

	constructor(name = '') {
		this.name = name;
	}

	#child(name: string, kind: 'file' | 'directory', create: boolean): FakeDirectory | FakeFile {
		let child = this.#children.get(name);
		if (!child && create) {
			child = kind === 'file' ? new FakeFile(name) : new FakeDirectory(name);
			this.#children.set(name, child);
		}
		if (!child) throw new DOMException(`no ${name}`, 'NotFoundError');
		if (child.kind !== kind) throw new DOMException(`${name} is a ${child.kind}`, 'TypeMismatchError');
		return child;
	}

	async getDirectoryHandle(name: string, options: { create?: boolean } = {}): Promise<unknown> {
		return Promise.resolve().then(() => this.#child(name, 'directory', options.create ?? false));
	}

	async getFileHandle(name: string, options: { create?: boolean } = {}): Promise<unknown> {
		return Promise.resolve().then(() => this.#child(name, 'file', options.create ?? false));
	}

	removeEntry(name: string): Promise<void> {
		if (!this.#children.delete(name)) throw new DOMException(`no ${name}`, 'NotFoundError');
		return Promise.resolve();
	}

	async *entries(): AsyncGenerator<[string, FakeDirectory | FakeFile]> {
		for (const entry of this.#children) yield await Promise.resolve(entry);
	}

	get names(): string[] {
		return [...this.#children.keys()];
	}

	/** As what the app expects; only the parts of the API above are there. */
	get handle(): FileSystemDirectoryHandle {
		return this as unknown as FileSystemDirectoryHandle;
	}
}
