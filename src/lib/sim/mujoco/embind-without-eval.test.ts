import { describe, expect, it } from 'vitest';
import { allowEmbindWithoutEval, knownFunction } from './embind-without-eval';
import { loadMujoco, type Mujoco } from './load-mujoco';
import { MujocoPlant } from './mujoco-plant';

/** Loads an engine of its own while the realm refuses to turn text into code, as it does under our policy. */
async function loadUnderPolicy(): Promise<{ mujoco: Mujoco; refused: number }> {
	const real = globalThis.Function;
	let refused = 0;
	globalThis.Function = new Proxy(real, {
		construct: () => {
			refused++;
			throw new EvalError('refused by policy');
		}
	});
	try {
		allowEmbindWithoutEval();
		return { mujoco: await loadMujoco(), refused };
	} finally {
		globalThis.Function = real;
	}
}

/** Half a second of falling and pushing, with every kind of call the plant makes. */
function history(mujoco: Mujoco): number[] {
	const plant = new MujocoPlant(mujoco);
	plant.reset([0.1, -0.4, 0.5, 1.2, 1.5, 0.3]);
	plant.placeCube([0.2, 0.02, 0.05]);
	const torques = Float64Array.of(0.2, 0.3, -0.1, 0.1, 0.05, -0.2);
	for (let i = 0; i < 250; i++) plant.step(0.002, torques);
	const { fixedPadForceN, jawPadForceN } = plant.gripContact();
	const numbers = [...plant.q, ...plant.bodyPoses(), fixedPadForceN, jawPadForceN];
	plant.dispose();
	return numbers;
}

describe('the engine without code from strings', () => {
	it('loads, and simulates exactly what it simulates otherwise', async () => {
		const { mujoco, refused } = await loadUnderPolicy();
		expect(refused).toBe(0);
		expect(history(mujoco)).toEqual(history(await loadMujoco()));
	});

	it('still complains about a wrong number of arguments', async () => {
		const { mujoco } = await loadUnderPolicy();
		const loose = mujoco as unknown as Record<'mj_step', (...values: unknown[]) => void>;
		expect(() => loose.mj_step()).toThrow(/expected 2/);
		expect(() => mujoco.MjModel.from_xml_string('<mujoco><bad/></mujoco>')).toThrow(/bad/);
	});

	it('is also heard without `new`, as minified bindings ask', () => {
		const real = globalThis.Function;
		globalThis.Function = new Proxy(real, { construct: () => expect.fail(), apply: () => expect.fail() });
		try {
			allowEmbindWithoutEval();
			const names = ['retType', 'return function (obj, func, destructorsRef, args) {}'];
			expect(Reflect.apply(globalThis.Function, undefined, names)).toBeTypeOf('function');
			expect(Reflect.construct(globalThis.Function, names)).toBeTypeOf('function');
		} finally {
			globalThis.Function = real;
		}
	});

	it('knows nothing but the two texts', () => {
		expect(knownFunction(['a', 'return a'])).toBeNull();
		expect(knownFunction(['return 1'])).toBeNull();
		expect(knownFunction([])).toBeNull();
	});
});
