// Numbers, sizes and times as people of this locale read them. Knows no units of the robot.
import { getLocale, m } from '$lib/i18n';

const formats = new Map<string, Intl.NumberFormat>();

/** Fixed number of digits, decimal comma in German. A minus sign, not a hyphen, so that columns stay calm. */
export function formatNumber(value: number, digits = 0): string {
	const key = `${getLocale()}:${digits}`;
	let format = formats.get(key);
	if (!format) {
		format = new Intl.NumberFormat(getLocale(), {
			minimumFractionDigits: digits,
			maximumFractionDigits: digits
		});
		formats.set(key, format);
	}
	const rounded = Number(value.toFixed(digits));
	return format.format(rounded === 0 ? 0 : rounded).replace('-', '\u2212');
}

/** A measured value with its unit, or the dash that means "not measured". */
export function formatMeasured(value: number | null, unit: string, digits = 0): string {
	return value === null ? '–' : `${formatNumber(value, digits)}${unit === '°' ? '' : '\u00a0'}${unit}`;
}

export function formatBytes(bytes: number): string {
	if (bytes >= 1e9) return `${formatNumber(bytes / 1e9, 1)}\u00a0GB`;
	if (bytes >= 1e6) return `${formatNumber(bytes / 1e6, bytes < 1e7 ? 1 : 0)}\u00a0MB`;
	return `${formatNumber(bytes / 1e3, 0)}\u00a0kB`;
}

/** 75 -> 1:15. */
export function formatClock(seconds: number): string {
	const whole = Math.max(0, Math.floor(seconds));
	return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** A rough span for "this much still fits". */
export function formatSpan(seconds: number): string {
	if (seconds < 90) return m.span_seconds({ count: Math.floor(seconds) });
	if (seconds < 5400) return m.span_minutes({ count: Math.floor(seconds / 60) });
	return m.span_hours({ count: Math.floor(seconds / 3600) });
}
