/**
 * A scene description as three.js objects: one mesh per body, its shadow on the table, and a ghost of the arm where it
 * is to go. Knows scenes, poses and three.js; knows no canvas, no page and no time. Heavy: reached by dynamic import.
 *
 * Shadows are the bodies flattened onto the table and drawn once per pixel by the stencil, which costs next to nothing
 * compared with a shadow map. A ghost is drawn to the depth buffer first, so that one sees its outside once and not its
 * inner faces.
 */
import {
	DirectionalLight,
	Group,
	HemisphereLight,
	LineBasicMaterial,
	Mesh,
	MeshStandardMaterial,
	Quaternion,
	Scene,
	Vector3,
	type Material,
	type MeshBasicMaterial,
	type Object3D
} from 'three';
import { POSE_STRIDE, type ScenePrimitive } from '$lib/contracts';
import {
	bodyGeometry,
	ghostMaterials,
	ghostMeshes,
	shadowMaterial,
	shadowProjection,
	tableGrid,
	toColor,
	type GhostMaterials
} from './arm-scene-parts';
import { GROUND_STRENGTH, KEY_DIRECTION, KEY_STRENGTH, SKY_STRENGTH } from './light';
import { LIGHT_THEME, type SceneTheme } from './scene-theme';
import { tableTopOf } from './table-top';
import { bodyDiffers, castsShadow, jointOfPrimitive, type ViewScene } from './view-backend';

export interface ArmScene {
	readonly scene: Scene;
	/** Moves every body. Throws a RangeError when there are too few numbers. */
	setPoses(poses: Float64Array): void;
	/** Shows ghosts of the arm's links that are to stand elsewhere than at `poses`; null hides them all. */
	setGoal(goal: Float64Array | null, poses: Float64Array): void;
	setHighlight(body: string | null): void;
	setTheme(theme: SceneTheme): void;
	dispose(): void;
}

interface Body {
	readonly index: number;
	readonly name: string;
	readonly joint: number;
	readonly group: Group;
	readonly shadow: Group;
	readonly ghost: Group | null;
	/** Materials that light up with a highlight; the last is the axle's, if the body has one. */
	readonly materials: readonly MeshStandardMaterial[];
	readonly axle: MeshStandardMaterial | null;
}

interface Shared {
	readonly view: ViewScene;
	readonly shadow: MeshBasicMaterial;
	readonly ghost: GhostMaterials;
}

const ROUGHNESS = 0.62;
const HIGHLIGHT_STRENGTH = 0.24;

export function createArmScene(view: ViewScene): ArmScene {
	const { bodies: names, primitives } = view.description;
	const table = tableTopOf(primitives);
	const shared: Shared = { view, shadow: shadowMaterial(table), ghost: ghostMaterials() };
	const scene = new Scene();
	const lights = addLights(scene);
	const bodies = names.map((name, index) => createBody(shared, name, index));
	for (const body of bodies) scene.add(body.group, body.shadow, ...(body.ghost ? [body.ghost] : []));
	const grid = table && tableGrid(table);
	if (grid) scene.add(grid);
	const projection = shadowProjection();
	let theme = LIGHT_THEME;
	let highlighted: string | null = null;

	const applyColours = (): void => {
		for (const body of bodies) {
			const colour = toColor(theme.joints[body.joint] ?? theme.ghost);
			if (body.index === 0) for (const material of body.materials) material.color.copy(toColor(theme.table));
			body.axle?.color.copy(colour);
			for (const material of body.materials) {
				material.emissive.copy(colour);
				material.emissiveIntensity = body.name === highlighted ? HIGHLIGHT_STRENGTH : 0;
			}
		}
	};

	const armScene: ArmScene = {
		scene,
		setPoses(poses) {
			if (poses.length < POSE_STRIDE * names.length) throw new RangeError('too few numbers for the bodies');
			for (const body of bodies) {
				place(body.group, poses, body.index);
				body.shadow.matrix.multiplyMatrices(projection, body.group.matrix);
				body.shadow.matrixWorldNeedsUpdate = true;
			}
		},
		setGoal(goal, poses) {
			for (const { ghost, index } of bodies) {
				if (!ghost) continue;
				ghost.visible = goal !== null && bodyDiffers(poses, goal, index, POSE_STRIDE);
				if (goal && ghost.visible) place(ghost, goal, index);
			}
		},
		setHighlight(body) {
			if (body === highlighted) return;
			highlighted = body;
			applyColours();
		},
		setTheme(next) {
			theme = next;
			shared.shadow.opacity = theme.shadow;
			shared.ghost.surface.color.copy(toColor(theme.ghost));
			shared.ghost.surface.emissive.copy(toColor(theme.ghost));
			if (grid?.material instanceof LineBasicMaterial) grid.material.color.copy(toColor(theme.grid));
			lights.key.intensity = theme.light * KEY_STRENGTH * Math.PI;
			lights.sky.intensity = theme.light * SKY_STRENGTH * Math.PI;
			applyColours();
		},
		dispose() {
			scene.traverse(disposeOf);
			for (const material of [shared.shadow, shared.ghost.depth, shared.ghost.surface]) material.dispose();
		}
	};
	armScene.setTheme(theme);
	armScene.setGoal(null, new Float64Array());
	return armScene;
}

/** The same light as in the virtual cameras' pictures. three.js counts radiance, hence the factor pi at the caller's. */
function addLights(scene: Scene): { readonly key: DirectionalLight; readonly sky: HemisphereLight } {
	const key = new DirectionalLight(0xffffff);
	key.position.set(...KEY_DIRECTION);
	const sky = new HemisphereLight();
	sky.position.set(0, 0, 1);
	sky.color.setScalar(1);
	sky.groundColor.setScalar(GROUND_STRENGTH / SKY_STRENGTH);
	scene.add(key, sky);
	return { key, sky };
}

function createBody({ view, shadow, ghost }: Shared, name: string, index: number): Body {
	const { description, jointBodies } = view;
	const own = description.primitives.filter((primitive) => primitive.body === name);
	const isAxle = (p: ScenePrimitive): boolean => jointOfPrimitive(p.name, p.body, jointBodies) >= 0;
	const solids = own.filter((p) => !isAxle(p));
	const shell = index === 0 ? themedMaterial() : shellMaterial();
	const axle = own.some(isAxle) ? themedMaterial() : null;
	const joint = jointBodies.indexOf(name);
	const group = frozen(new Group());
	const shadowGroup = frozen(new Group());
	const ghostGroup = joint >= 0 ? frozen(new Group()) : null;
	for (const [parts, material] of [
		[solids, shell],
		[own.filter(isAxle), axle]
	] as const) {
		const geometry = bodyGeometry(parts);
		if (!geometry || !material) continue;
		group.add(new Mesh(geometry, material));
		ghostGroup?.add(...ghostMeshes(geometry, ghost));
		if (index > 0 && parts.some(castsShadow)) shadowGroup.add(shadowMesh(geometry, shadow));
	}
	const materials = axle ? [shell, axle] : [shell];
	return { index, name, joint, group, shadow: shadowGroup, ghost: ghostGroup, materials, axle };
}

function shellMaterial(): MeshStandardMaterial {
	return new MeshStandardMaterial({ vertexColors: true, roughness: ROUGHNESS });
}

/** Its colour comes from the theme and not from the scene. */
function themedMaterial(): MeshStandardMaterial {
	return new MeshStandardMaterial({ roughness: ROUGHNESS });
}

function shadowMesh(geometry: Mesh['geometry'], material: Material): Mesh {
	const mesh = new Mesh(geometry, material);
	mesh.renderOrder = 1;
	// Its real place is in the group's matrix, which three's bounding test of a flattened body would misjudge.
	mesh.frustumCulled = false;
	return mesh;
}

/** A group whose matrix we write ourselves. */
function frozen(group: Group): Group {
	group.matrixAutoUpdate = false;
	return group;
}

const position = new Vector3();
const rotation = new Quaternion();
const unit = new Vector3(1, 1, 1);

function place(object: Object3D, poses: Float64Array, index: number): void {
	const at = (k: number): number => poses[POSE_STRIDE * index + k] ?? Number.NaN;
	position.set(at(0), at(1), at(2));
	rotation.set(at(4), at(5), at(6), at(3)).normalize();
	object.matrix.compose(position, rotation, unit);
	object.matrixWorldNeedsUpdate = true;
}

function disposeOf(object: Object3D): void {
	const { geometry, material } = object as Partial<Mesh>;
	geometry?.dispose();
	for (const each of [material ?? []].flat()) each.dispose();
}
