// Reading packages in this very thread: for tests, tools and the worker that does it for the page.

import { readPackage, reopenPackage } from './read-package';
import { answerLater, tooLarge, unwrap } from './refusal';
import type { PackageReader } from './types';
import { readBytes, ZIP_LIMITS } from './zip';

export const readHere: PackageReader = {
	/** A file that a person chose can change or vanish while it is read: what is examined is what is kept. */
	copy: (blob) =>
		answerLater(async () => {
			if (blob.size > ZIP_LIMITS.packageBytes) tooLarge('zip', `${blob.size} bytes`);
			const copy = new Blob([await readBytes(blob, 0, blob.size)]);
			const { id, card, manifestText, facts } = unwrap(await readPackage(copy));
			return { copy, id, card, manifestText, facts };
		}),
	model: (file, precision) =>
		answerLater(async () => unwrap(await unwrap(await reopenPackage(file, {})).model(precision))),
	reference: (file) =>
		answerLater(async () => unwrap(await unwrap(await reopenPackage(file, {})).reference()))
};
