/**
 * The arm's mechanics at level 1: rigid bodies, gravity, friction and contact by MuJoCo. Knows torque in, motion out, and
 * where cube and target are; knows no servo, no byte and no task. Handles of the engine live on the WebAssembly heap and
 * are freed by `dispose()`.
 */
import { POSE_STRIDE, SO101_CHAIN, type JointPlant } from '$lib/contracts';
import { buildMjcf, TIMESTEP_S, type MjcfOptions } from '../so101-model/mjcf';
import { createPoses, CUBE_BODY_INDEX, SCENE_BODIES } from '../so101-model/scene';
import type { Mujoco } from './load-mujoco';

type MjModel = InstanceType<Mujoco['MjModel']>;
type MjData = InstanceType<Mujoco['MjData']>;

/** How the cube and the two finger pads touch: contact points and the sum of their normal forces, N. */
export interface GripContact {
	readonly fixedPadForceN: number;
	readonly jawPadForceN: number;
	/** The cube touches something other than the pads (the table, as a rule). */
	readonly supported: boolean;
}

const JOINTS = SO101_CHAIN.joints.length;
/** The cube's free joint follows the arm's hinges: 3 positions and a quaternion, 6 speeds. */
const CUBE_QPOS = JOINTS;
const CUBE_QVEL = JOINTS;
const FORCE_NUMBERS = 6;

export class MujocoPlant implements JointPlant {
	readonly jointCount = JOINTS;
	readonly q = new Float64Array(JOINTS);
	readonly qd = new Float64Array(JOINTS);
	readonly #lastQ = new Float64Array(JOINTS);
	readonly #mujoco: Mujoco;
	readonly #model: MjModel;
	readonly #data: MjData;
	readonly #timestepS: number;
	readonly #poses = createPoses();
	/** Scene body -> body of the engine; they differ because `target` is a mocap body the engine sorts its own way. */
	readonly #bodyIds: Int32Array;
	readonly #padIds: { readonly fixed: number; readonly jaw: number; readonly cube: number };
	/** Time asked for but not yet simulated, always less than one time step. */
	#owedS = 0;

	/** Compiles the scene. Throws if the engine refuses the model, which would be a defect of ours. */
	constructor(mujoco: Mujoco, options: MjcfOptions = {}) {
		this.#mujoco = mujoco;
		this.#timestepS = options.timestepS ?? TIMESTEP_S;
		this.#model = mujoco.MjModel.from_xml_string(buildMjcf(options));
		this.#data = new mujoco.MjData(this.#model);
		const id = (kind: { value: number }, name: string) => mujoco.mj_name2id(this.#model, kind.value, name);
		this.#bodyIds = Int32Array.from(SCENE_BODIES, (name) => id(mujoco.mjtObj.mjOBJ_BODY, name));
		const geomId = (name: string) => id(mujoco.mjtObj.mjOBJ_GEOM, name);
		this.#padIds = { fixed: geomId('gripper_pad'), jaw: geomId('moving_jaw_pad'), cube: geomId('cube') };
		this.#settle();
	}

	get timestepS(): number {
		return this.#timestepS;
	}

	/**
	 * Advances by whole time steps; a remainder is kept for the next call, so that any rhythm of calls simulates the same
	 * total. Throws a RangeError for a torque that is not finite: such a number must never reach the physics.
	 */
	step(dtS: number, torqueNm: Float64Array): void {
		if (torqueNm.length !== JOINTS || !torqueNm.every(Number.isFinite) || !(dtS >= 0))
			throw new RangeError(`plant step of ${dtS} s with torques [${torqueNm.join(', ')}]`);
		this.#takeOverwrites();
		this.#view('ctrl').set(torqueNm);
		this.#owedS += dtS;
		// A hair of tolerance: 0.1 s is fifty steps, whatever binary fractions say.
		const steps = Math.floor(this.#owedS / this.#timestepS + 1e-9);
		for (let i = 0; i < steps; i++) this.#mujoco.mj_step(this.#model, this.#data);
		this.#owedS = Math.max(0, this.#owedS - steps * this.#timestepS);
		if (steps > 0) this.#readJoints();
	}

	reset(q: ArrayLike<number>): void {
		const qpos = this.#view('qpos');
		const qvel = this.#view('qvel');
		for (let i = 0; i < JOINTS; i++) qpos[i] = q[i] ?? Number.NaN;
		qvel.fill(0, 0, JOINTS);
		this.#view('qacc_warmstart').fill(0);
		this.#owedS = 0;
		this.#settle();
	}

	/** Puts the cube down at rest. Position of its centre, m; quaternion (w, x, y, z). */
	placeCube(positionM: ArrayLike<number>, quat: ArrayLike<number> = [1, 0, 0, 0]): void {
		const qpos = this.#view('qpos');
		qpos.set(Float64Array.from(positionM), CUBE_QPOS);
		qpos.set(Float64Array.from(quat), CUBE_QPOS + 3);
		this.#view('qvel').fill(0, CUBE_QVEL);
		this.#view('qacc_warmstart').fill(0);
		this.#settle();
	}

	/** Moves the target disc (it is only seen, never touched). */
	placeTarget(positionM: ArrayLike<number>): void {
		this.#view('mocap_pos').set(Float64Array.from(positionM));
		this.#settle();
	}

	/** Linear speed of the cube, m/s. */
	get cubeSpeedMps(): number {
		const v = this.#view('qvel');
		return Math.hypot(v[CUBE_QVEL] ?? NaN, v[CUBE_QVEL + 1] ?? NaN, v[CUBE_QVEL + 2] ?? NaN);
	}

	/** Pose of the cube: x, y, z, then w, x, y, z. A copy. */
	cubePose(): Float64Array {
		return this.bodyPoses().slice(POSE_STRIDE * CUBE_BODY_INDEX, POSE_STRIDE * (CUBE_BODY_INDEX + 1));
	}

	/** Poses of all bodies in the order of the scene. A view, rewritten by the next call. */
	bodyPoses(): Float64Array {
		const xpos = this.#view('xpos');
		const xquat = this.#view('xquat');
		this.#bodyIds.forEach((id, body) => {
			const o = POSE_STRIDE * body;
			for (let k = 0; k < 3; k++) this.#poses[o + k] = xpos[3 * id + k] ?? Number.NaN;
			for (let k = 0; k < 4; k++) this.#poses[o + 3 + k] = xquat[4 * id + k] ?? Number.NaN;
		});
		return this.#poses;
	}

	/** Who holds the cube right now. Costs engine handles per contact: for tests and displays, not for every step. */
	gripContact(): GripContact {
		const sums = { fixed: 0, jaw: 0, supported: false };
		const contacts = this.#data.contact;
		const force = new this.#mujoco.DoubleBuffer(FORCE_NUMBERS);
		try {
			for (let i = 0; i < contacts.size(); i++) {
				const contact = contacts.get(i);
				if (!contact) continue;
				const { geom1, geom2 } = contact;
				contact.delete();
				if (geom1 !== this.#padIds.cube && geom2 !== this.#padIds.cube) continue;
				const other = geom1 === this.#padIds.cube ? geom2 : geom1;
				this.#mujoco.mj_contactForce(this.#model, this.#data, i, force);
				const normalN = (force.GetView() as Float64Array)[0] ?? Number.NaN;
				if (other === this.#padIds.fixed) sums.fixed += normalN;
				else if (other === this.#padIds.jaw) sums.jaw += normalN;
				else sums.supported = true;
			}
		} finally {
			force.delete();
			contacts.delete();
		}
		return { fixedPadForceN: sums.fixed, jawPadForceN: sums.jaw, supported: sums.supported };
	}

	/** Frees the engine's memory; the plant must not be used afterwards. Safe to call twice. */
	dispose(): void {
		if (!this.#data.isDeleted()) this.#data.delete();
		if (!this.#model.isDeleted()) this.#model.delete();
	}

	/** Live view into the engine's memory. Asked for anew each time: a grown heap detaches older views. */
	#view(field: 'qpos' | 'qvel' | 'ctrl' | 'xpos' | 'xquat' | 'mocap_pos' | 'qacc_warmstart'): Float64Array {
		return this.#data[field] as Float64Array;
	}

	/** Brings derived quantities (poses) in line with positions that were written by hand. */
	#settle(): void {
		this.#mujoco.mj_forward(this.#model, this.#data);
		this.#readJoints();
	}

	#readJoints(): void {
		this.q.set(this.#view('qpos').subarray(0, JOINTS));
		this.qd.set(this.#view('qvel').subarray(0, JOINTS));
		this.#lastQ.set(this.q);
	}

	/** A chain that simulates a blocked joint writes into `q`; the joint then really stands there. */
	#takeOverwrites(): void {
		for (let i = 0; i < JOINTS; i++) {
			if (this.q[i] === this.#lastQ[i]) continue;
			this.#view('qpos')[i] = this.q[i] ?? Number.NaN;
			this.#view('qvel')[i] = this.qd[i] ?? Number.NaN;
			this.#lastQ[i] = this.q[i] ?? Number.NaN;
		}
	}
}
