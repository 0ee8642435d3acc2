/**
 * What RENDER says and hears over raw ports: poses come from PLANT, pictures go to RECORDER and INFER, figures go to the
 * page. Commands (attach, preview) go by comlink and are not in here. Knows shapes of messages, not how they travel.
 */
import type { I420Frame } from './camera';
import { isEnvelope, type Envelope, type FrameMessage } from './worker-protocol';

/** PLANT -> RENDER, wall clock: where everything is at `t`. POSE_STRIDE numbers per body of the scene, in its order. */
export type PosesMessage = Envelope<'poses', { readonly poses: Float64Array }>;
/** PLANT -> RENDER, lockstep: draw exactly this, stamp it `t`, and answer when the pictures are on their way. */
export type RenderMessage = Envelope<'render', { readonly tick: number; readonly poses: Float64Array }>;
export type PlantToRender = PosesMessage | RenderMessage;

/** RENDER -> PLANT: the pictures of this tick have been posted. */
export type RenderedMessage = Envelope<'rendered', { readonly tick: number }>;

/**
 * Consumer -> RENDER: pictures of this camera, please, from now on. RENDER numbers shots, from 0 since it was attached: all
 * pictures of one moment bear one number, whichever camera, whoever takes them. A camera that is asked for later begins
 * with the number of the first shot it is in. A moment whose pictures nobody takes is no shot.
 */
export type WantFramesMessage = Envelope<
	'want-frames',
	{ readonly camera: string; readonly wanted: boolean }
>;
/** Consumer -> RENDER: this picture has arrived. Four that have not, and pictures are left out (their numbers too). */
export type FrameTakenMessage = Envelope<
	'frame-taken',
	{ readonly camera: string; readonly sequence: number }
>;
export type ConsumerToRender = WantFramesMessage | FrameTakenMessage;
/** RENDER -> consumer: no more pictures of this camera will come until it is wanted again. */
export type FramesEndedMessage = Envelope<'frames-ended', { readonly camera: string }>;
export type RenderToConsumer = FrameMessage | FramesEndedMessage;

/** RENDER -> PAGE, once a second. All counted since attach, except the two that say otherwise. */
export interface RenderStats {
	/** Pictures drawn per second and camera over the last second: all that are due while somebody takes them, else only what previews need. Null in lockstep. */
	readonly fps: number | null;
	/** Mean time to draw and convert all cameras once, ms, over the last second; null when nothing was drawn. */
	readonly drawMs: number | null;
	/** Wall clock: pictures that were due but not drawn because the one before took too long. */
	readonly missed: number;
	/** Wall clock: pictures not made because PLANT had gone silent; a frozen picture is never passed off as a new one. */
	readonly withheld: number;
	/** Pictures left out because a consumer had not taken the last four. */
	readonly skipped: number;
	/** Messages of another version, on an unknown channel or malformed. */
	readonly dropped: number;
}
export type RenderStatsMessage = Envelope<'render-stats', RenderStats>;

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function isPoses(value: unknown): value is Float64Array {
	return value instanceof Float64Array && value.every(Number.isFinite);
}

/** The message PLANT sent, or null for anything else (to be counted and dropped). Poses must be finite numbers. */
export function readPlantToRender(data: unknown): PlantToRender | null {
	if (!isEnvelope(data, ['poses', 'render']) || !Number.isFinite(data.t) || !isRecord(data.body)) return null;
	if (!isPoses(data.body['poses'])) return null;
	if (data.ch === 'render' && !isCount(data.body['tick'])) return null;
	return data as PlantToRender;
}

/** The message a consumer of pictures sent, or null for anything else. */
export function readConsumerToRender(data: unknown): ConsumerToRender | null {
	if (!isEnvelope(data, ['want-frames', 'frame-taken']) || !isRecord(data.body)) return null;
	if (typeof data.body['camera'] !== 'string') return null;
	if (data.ch === 'want-frames' && typeof data.body['wanted'] !== 'boolean') return null;
	if (data.ch === 'frame-taken' && !isCount(data.body['sequence'])) return null;
	return data as ConsumerToRender;
}

function isFrame(value: unknown): value is I420Frame {
	if (!isRecord(value) || !(value['data'] instanceof Uint8Array)) return false;
	const { width, height } = value;
	if (!isCount(width) || !isCount(height) || value['data'].length !== (width * height * 3) / 2) return false;
	return Number.isFinite(value['tMs']) && isCount(value['sequence']);
}

/** The message RENDER sent to a consumer, or null for anything else. */
export function readRenderToConsumer(data: unknown): RenderToConsumer | null {
	if (!isEnvelope(data, ['frame', 'frames-ended']) || !isRecord(data.body)) return null;
	if (typeof data.body['camera'] !== 'string') return null;
	if (data.ch === 'frame' && !isFrame(data.body['frame'])) return null;
	return data as RenderToConsumer;
}
