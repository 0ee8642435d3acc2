// Which words explain a missing Web Serial: browsers lack it for different reasons. Knows user-agent strings only; whether
// the API is there is somebody else's to find out.

export const BROWSER_FAMILIES = ['chromium', 'firefox', 'safari', 'ipad', 'android', 'other'] as const;
export type BrowserFamily = (typeof BROWSER_FAMILIES)[number];

/** `touchPoints`: an iPad calls itself a Macintosh, but no Mac has a touch screen. */
export function browserFamily(userAgent: string, touchPoints: number): BrowserFamily {
	if (/iPad|iPhone/.test(userAgent)) return 'ipad';
	if (userAgent.includes('Macintosh') && touchPoints > 1) return 'ipad';
	if (userAgent.includes('Android')) return 'android';
	if (userAgent.includes('Firefox/')) return 'firefox';
	if (userAgent.includes('Chrome/')) return 'chromium';
	if (userAgent.includes('Safari/')) return 'safari';
	return 'other';
}
