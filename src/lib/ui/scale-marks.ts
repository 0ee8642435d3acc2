// Where the marks of a joint's scale stand. Knows ranges and percents, no markup.

export interface ScaleMark {
	/** 0..100 from the low end. */
	readonly percent: number;
	readonly weight: 'zero' | 'major' | 'minor';
}

/** Marks every 10 units, stronger every 30 (50 for percent) and strongest at zero; all in [min, max]. */
export function scaleMarks(min: number, max: number, unit: 'degrees' | 'percent'): ScaleMark[] {
	const major = unit === 'degrees' ? 30 : 50;
	const marks: ScaleMark[] = [];
	for (let value = Math.ceil(min / 10) * 10; value <= max; value += 10) {
		const weight = value === 0 ? 'zero' : value % major === 0 ? 'major' : 'minor';
		marks.push({ percent: ((value - min) / (max - min)) * 100, weight });
	}
	return marks;
}

/** Place of a value on the scale, 0..100, clamped to its ends. */
export function placeOnScale(value: number, min: number, max: number): number {
	return Math.min(100, Math.max(0, ((value - min) / (max - min)) * 100));
}
