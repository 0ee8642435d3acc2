// What can be asked of the rig while it runs, one JSON object per line: `{"arm":"follower","do":"missing","servo":3}`.
// Servos are named by their place in the arm, 1 (shoulder_pan) to 6 (gripper), whatever id they carry. `heal` undoes
// everything but the hand.

import { z } from 'zod';

export const ARMS = ['leader', 'follower'] as const;
export type ArmName = (typeof ARMS)[number];

const servo = z.int().min(1).max(6);
const on = z.boolean().default(true);
const byte = z.int().min(0).max(255);
const share = z.number().min(0).max(1);

/** Things that are done to one arm; its servos and its wire know them. */
const ARM_ACTIONS = [
	/** The servo is off the bus: its cable is out. */
	z.object({ do: z.literal('missing'), servo, on }),
	/** The supply's switch. Without power nobody answers, and on power-up RAM starts anew. */
	z.object({ do: z.literal('power'), on }),
	/** The supply's voltage; null is what belongs there. */
	z.object({ do: z.literal('volts'), volts: z.number().min(0).max(25).nullable() }),
	/** The servo answers under another id: `to` a taken one makes a double. */
	z.object({ do: z.literal('id'), servo, to: byte }),
	/** Rate register: 0 is 1 Mbaud, 4 is 115200. Without a servo: all of them. */
	z.object({ do: z.literal('baud'), servo: servo.optional(), register: z.int().min(0).max(7) }),
	z.object({ do: z.literal('firmware'), servo, major: byte, minor: byte }),
	z.object({ do: z.literal('model'), servo, number: z.int().min(0).max(0xffff) }),
	/** The motor is this warm from now on; null: what it does warms it. */
	z.object({ do: z.literal('temperature'), servo, celsius: z.number().min(0).max(120).nullable() }),
	/** Error bits that stay on (overload 32, overcurrent 8, overheat 4, voltage 1); 0 lets go. */
	z.object({ do: z.literal('status'), servo, bits: byte }),
	/** Something holds the joint where it is. */
	z.object({ do: z.literal('block'), servo, on }),
	/** Probability per packet of each fault (see `FaultRates` of the sim room). */
	z.object({
		do: z.literal('noise'),
		corrupt: share.optional(),
		dropByte: share.optional(),
		doubleByte: share.optional(),
		dropPacket: share.optional(),
		noise: share.optional(),
		late: share.optional(),
		lateMs: z.tuple([z.number(), z.number()]).optional()
	}),
	/** The adapter says everything back that it is told. */
	z.object({ do: z.literal('echo'), on }),
	/** No arm at all: a satellite receiver that talks by itself, or a printer that says nothing. */
	z.object({ do: z.literal('device'), is: z.enum(['arm', 'gps', 'printer']) }),
	/** A hand brings joints to a pose (degrees; gripper percent) and keeps them there; null lets go. */
	z.object({
		do: z.literal('hand'),
		pose: z.record(z.string(), z.number()).nullable(),
		overMs: z.number().min(0).default(0)
	}),
	/**
	 * Six other servos, without a fault: of a finished arm, of one that was never calibrated, out of their boxes, or of
	 * another finished arm (its horns are mounted otherwise).
	 */
	z.object({
		do: z.literal('heal'),
		as: z.enum(['calibrated', 'uncalibrated', 'new', 'another']).default('calibrated')
	})
] as const;

const ArmActionSchema = z.discriminatedUnion('do', ARM_ACTIONS);
export type ArmAction = z.infer<typeof ArmActionSchema>;
/** As it is written down: defaults may be left out. */
export type ArmActionInput = z.input<typeof ArmActionSchema>;

/** Things that are done to the port an arm hangs on. */
const PortActionSchema = z.discriminatedUnion('do', [
	z.object({ do: z.literal('plug') }),
	/** The cable is pulled: the terminal hangs up and the port leaves the list. */
	z.object({ do: z.literal('unplug') }),
	/** Another program holds the port. */
	z.object({ do: z.literal('busy'), on }),
	/** Asks for what is true of the arm now. */
	z.object({ do: z.literal('state') })
]);
export type PortAction = z.infer<typeof PortActionSchema>;
export type PortActionInput = z.input<typeof PortActionSchema>;

const arm = z.enum(ARMS);
const id = z.int();
export const CommandSchema = z.union([
	/** What an administrator rules for browsers that start from now on: names and values of Chromium's policies. */
	z.object({ id, do: z.literal('rule'), policy: z.record(z.string(), z.unknown()) }),
	z.object({ id, arm, port: PortActionSchema }),
	z.object({ id, arm, action: ArmActionSchema })
]);

/** What is true of an arm, past every protocol. */
export interface ArmState {
	/** Present_Position a perfect reader would see, steps, joint order of the SO-101. */
	readonly positions: readonly number[];
	/** Degrees; gripper percent. */
	readonly pose: readonly number[];
	readonly torque: readonly boolean[];
	readonly ids: readonly number[];
	readonly offsets: readonly number[];
	readonly limits: readonly (readonly [low: number, high: number])[];
	/** Writes that reached lasting memory since the rig began. */
	readonly lastingWrites: number;
	readonly volts: number;
	readonly plugged: boolean;
	/** Bytes heard from the host since the rig began. */
	readonly heardBytes: number;
}

export type RigAnswer =
	| { readonly id: number; readonly ok: true; readonly state: ArmState | null }
	| { readonly id: number; readonly ok: false; readonly error: string };

/** The rig's first line. */
export interface RigHello {
	readonly rigDir: string;
	/** Whether a running browser is told of plugging. */
	readonly hotplug: boolean;
}
