// Why it fails: looking at a recorded episode with a policy, offline. Pure; whoever has the rows, the pictures and a runtime
// brings them.

export { backgroundOf, cameraShift, lumaOf, type Background, type LumaPicture } from './camera-shift';
export { rowsToAsk, type Asked } from './compare';
export { cameraVerdict, judge, type BareFinding, type WhyJudged, type WhyMeasured } from './judge';
export type { Rows } from './rows';
