// The training pictures of the model that is open, as the check shows them beside the live ones. Knows no model and no arm.

import type { PolicyManifest } from '$lib/contracts';

interface Picture {
	readonly url: string;
	readonly width: number;
	readonly height: number;
}

export class TrainingPictures {
	/** By camera. */
	all: Readonly<Record<string, Picture>> = {};

	/** In place of those of the model before. What is no picture is left out. */
	async take(
		{ cameras }: PolicyManifest,
		answer: { readonly ok: boolean; readonly value?: readonly Blob[] }
	): Promise<void> {
		this.forget();
		const found: Record<string, Picture> = {};
		for (const [at, blob] of (answer.value ?? []).entries()) {
			const name = cameras[at]?.name;
			const bitmap = await createImageBitmap(blob).catch(() => null);
			if (name === undefined || bitmap === null) continue;
			found[name] = { url: URL.createObjectURL(blob), width: bitmap.width, height: bitmap.height };
			bitmap.close();
		}
		this.all = found;
	}

	forget(): void {
		for (const { url } of Object.values(this.all)) URL.revokeObjectURL(url);
		this.all = {};
	}
}
