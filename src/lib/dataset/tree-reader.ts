// A written dataset tree, read back file by file. Memory, a folder and a stored zip implement it.

export interface TreeReader {
	/** Paths of all files, relative to the dataset's root, sorted. */
	list(): Promise<readonly string[]>;
	/** The whole file. Rejects when there is none. */
	read(path: string): Promise<Uint8Array>;
}
