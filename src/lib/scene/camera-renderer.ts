/**
 * The virtual cameras: a scene description and poses in, one finished picture per camera out. Knows which camera looks
 * from where; knows no message, no clock and no video format. Runs in a worker and in Node alike.
 */
import type { SceneCamera, SceneDescription } from '$lib/contracts';
import { CAMERA_BACKGROUND } from './light';
import { cameraView } from './pose-math';
import { createSoftwareScene } from './software-renderer';
import { clearPicture, createPicture, halve, packColour, type Picture } from './triangle-raster';

export type { Picture } from './triangle-raster';
export { RenderHost, type RenderPorts } from './render-host';

export interface CameraRenderer {
	readonly cameraNames: readonly string[];
	/**
	 * What camera `name` sees at `poses` (POSE_STRIDE numbers per body, order of the description). The picture is
	 * rewritten by the next call for the same camera. Throws a RangeError for an unknown camera or too few poses.
	 */
	render(name: string, poses: Float64Array): Picture;
}

interface Eye {
	readonly camera: SceneCamera;
	readonly body: number;
	readonly picture: Picture;
}

/** All cameras of a description at one size, or those named in `names`. Throws a RangeError for an unknown name. */
export function createCameraRenderer(
	description: SceneDescription,
	size: { readonly width: number; readonly height: number },
	names: readonly string[] = description.cameras.map((camera) => camera.name)
): CameraRenderer {
	const scene = createSoftwareScene(description);
	// Every pixel is the mean of four: without it edges crawl, which costs video bits and misleads policies.
	const fine = createPicture(2 * size.width, 2 * size.height);
	const eyes = new Map(names.map((name) => [name, openEye(description, name, size)]));

	return {
		cameraNames: names,
		render(name, poses) {
			const eye = eyes.get(name);
			if (!eye) throw new RangeError(`no camera '${name}'`);
			clearPicture(fine, packColour(...CAMERA_BACKGROUND));
			scene.draw(fine, cameraView(eye.camera, eye.body, poses), poses);
			halve(fine, eye.picture);
			return eye.picture;
		}
	};
}

function openEye(
	{ cameras, bodies }: SceneDescription,
	name: string,
	size: { readonly width: number; readonly height: number }
): Eye {
	const camera = cameras.find((candidate) => candidate.name === name);
	if (!camera) throw new RangeError(`no camera '${name}'`);
	const body = bodies.indexOf(camera.body);
	if (body < 0) throw new RangeError(`camera '${name}' sits on unknown body '${camera.body}'`);
	return { camera, body, picture: createPicture(size.width, size.height) };
}
