// From what was measured over an episode to what may explain it: the thresholds, and nothing said where the data do not carry it.
// The figures behind the thresholds are in docs/policies.md. Knows no words; whoever shows a finding draws its pictures.

import type {
	PolicyManifest,
	WhyErrors,
	WhyFinding,
	WhyKind,
	WhySeries,
	WhySpan,
	WhyUnjudged,
	WhyUnjudgedReason
} from '$lib/contracts';
import type { CameraShift, ShiftUnjudged } from './camera-shift';
import { errorsOf, seriesOf, type Asked } from './compare';
import { gripperLag, middleOf, shuttings } from './gripper';
import { columnOf, gripperOf, phasesOf, spansOf } from './phases';
import { rowAt, type Rows } from './rows';
import { judgeStart } from './start';

/** A slide of the view beyond this counts as a moved camera, share of its width. */
export const MOVED_SHARE = 0.008;
/** And only if the slide takes away this share of the disagreement. */
const EXPLAINED_SHARE = 0.4;
/** Disagreement beyond this that no slide takes away: another view, levels of 255. */
export const OTHER_VIEW_LEVELS = 6;
/** A gripper that shuts this much after it was expected to is late, s. */
export const LATE_S = 0.3;

export interface WhyMeasured {
	readonly manifest: PolicyManifest;
	readonly rows: Rows;
	readonly answers: readonly Asked[];
	/** Per camera of the manifest. */
	readonly cameras: readonly {
		readonly name: string;
		readonly shift: CameraShift | ShiftUnjudged | 'no_background' | 'no_pictures';
	}[];
	/** Null for a demonstration; a run is `slow` when it was driven slower than the policy wanted. */
	readonly run: { readonly slow: boolean } | null;
}

/** A finding without its pictures. */
export type BareFinding = WhyFinding extends infer F
	? F extends WhyFinding
		? Omit<F, 'pictures'>
		: never
	: never;

export interface WhyJudged {
	readonly compared: 'whole' | 'first';
	readonly spans: readonly WhySpan[];
	readonly errors: readonly WhyErrors[];
	readonly series: WhySeries;
	readonly findings: readonly BareFinding[];
	readonly unjudged: readonly WhyUnjudged[];
	readonly fine: readonly { readonly kind: WhyKind; readonly camera: string | null }[];
}

type Said = { readonly found: BareFinding } | { readonly unjudged: WhyUnjudgedReason } | 'fine';

export function judge(measured: WhyMeasured): WhyJudged {
	const { manifest, rows, answers, cameras, run } = measured;
	const phases = phasesOf(rows, manifest.joints);
	// An arm that is driven slower than the policy wants is elsewhere than an answer's later actions say.
	const compared = run?.slow === true ? 'first' : 'whole';
	const series = seriesOf(rows, answers, manifest);
	const findings: BareFinding[] = [];
	const unjudged: WhyUnjudged[] = [];
	const fine: { readonly kind: WhyKind; readonly camera: string | null }[] = [];
	const take = (kind: WhyKind, camera: string | null, said: Said): void => {
		if (said === 'fine') fine.push({ kind, camera });
		else if ('found' in said) findings.push(said.found);
		else unjudged.push({ kind, reason: said.unjudged, camera });
	};
	take('start_unseen', null, startSaid(measured));
	for (const { name, shift } of cameras) take('camera_moved', name, cameraSaid(name, shift));
	take('gripper_late', null, gripperSaid(measured, series));
	return {
		compared,
		spans: spansOf(phases, rows.timesMs),
		errors: errorsOf(rows, phases, answers, manifest, compared),
		series,
		findings,
		unjudged,
		fine
	};
}

function startSaid({ manifest, rows }: WhyMeasured): Said {
	const judged = judgeStart(manifest, rows.state.subarray(0, rows.joints));
	if (judged === null) return { unjudged: 'ranges_unknown' };
	const { beyond, nearest, unseen } = judged;
	return unseen ? { found: { kind: 'start_unseen', beyond, nearest } } : 'fine';
}

/** Moved by what a slide explains; another view where no slide does. */
export function cameraVerdict({
	share,
	bestLevels,
	asTheyLieLevels
}: CameraShift): 'moved' | 'otherView' | 'fine' {
	const explained = bestLevels <= (1 - EXPLAINED_SHARE) * asTheyLieLevels;
	if (share > MOVED_SHARE && explained) return 'moved';
	return asTheyLieLevels > OTHER_VIEW_LEVELS ? 'otherView' : 'fine';
}

function cameraSaid(camera: string, shift: WhyMeasured['cameras'][number]['shift']): Said {
	if (typeof shift === 'string') return { unjudged: shift };
	const verdict = cameraVerdict(shift);
	if (verdict === 'fine') return 'fine';
	const { share, asTheyLieLevels } = shift;
	const common = {
		kind: 'camera_moved',
		camera,
		limitShare: MOVED_SHARE,
		apartLevels: asTheyLieLevels
	} as const;
	return { found: { ...common, share: verdict === 'moved' ? share : null } };
}

function gripperSaid({ manifest, rows, run }: WhyMeasured, series: WhySeries): Said {
	const gripper = gripperOf(manifest.joints);
	const timesS = Array.from(rows.timesMs, (ms) => ms / 1000);
	const measured = { timesS, open: gripper < 0 ? [] : columnOf(rows.state, rows.joints, gripper) };
	const middle = middleOf(measured);
	if (middle === null) return { unjudged: 'never_shut' };
	const shut = shuttings(measured, middle.level, middle.way);
	if (shut.length === 0) return { unjudged: 'never_shut' };
	const wanted = shuttings(
		{ timesS: series.timesS, open: series.predicted[gripper] ?? [] },
		middle.level,
		middle.way
	);
	if (wanted.length === 0) return { unjudged: 'never_wanted' };
	if (run?.slow === true) return { unjudged: 'slow_run' };
	const byHand = (atS: number): boolean => rows.correction?.[rowAt(rows, 1000 * atS, Infinity)] === 1;
	const own = shut.filter((atS) => !byHand(atS));
	if (own.length === 0) return { unjudged: 'shut_by_hand' };
	const lag = run === null ? gripperLag(own, wanted) : gripperLag(wanted, own);
	if (lag === null) return { unjudged: run === null ? 'never_wanted' : 'never_shut' };
	if (lag.lagS <= LATE_S) return 'fine';
	return { found: { kind: 'gripper_late', who: run === null ? 'policy' : 'arm', limitS: LATE_S, ...lag } };
}
