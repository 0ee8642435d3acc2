// Taking back what an export wrote into a folder of the File System Access API.

const TRIES = 40;
const PAUSE_MS = 25;

/**
 * Removes a file or a folder with all it holds. A browser answers the abort of a file a moment before it lets go of it;
 * until then it refuses, so this tries for up to a second. Rejects with the browser's own error.
 */
export async function removeEntry(parent: FileSystemDirectoryHandle, name: string): Promise<void> {
	for (let tries = 1; ; tries++) {
		try {
			await parent.removeEntry(name, { recursive: true });
			return;
		} catch (error) {
			const held = error instanceof DOMException && error.name === 'NoModificationAllowedError';
			if (!held || tries === TRIES) throw error;
			await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
		}
	}
}
