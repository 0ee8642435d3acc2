// Which theme is on, and the memory of it. The choice lies on <html data-theme>, no attribute = the system decides;
// static/theme.js sets it before the first paint.

export const THEMES = ['system', 'light', 'dark', 'projector'] as const;
export type Theme = (typeof THEMES)[number];

const STORAGE_KEY = 'edubotics.theme';

export function currentTheme(): Theme {
	const value = document.documentElement.dataset.theme;
	return THEMES.find((theme) => theme === value) ?? 'system';
}

/** Shows the theme and remembers it on this device; a browser that refuses storage shows it until reload. */
export function setTheme(theme: Theme): void {
	if (theme === 'system') delete document.documentElement.dataset.theme;
	else document.documentElement.dataset.theme = theme;
	try {
		if (theme === 'system') localStorage.removeItem(STORAGE_KEY);
		else localStorage.setItem(STORAGE_KEY, theme);
	} catch {
		// Private windows may refuse; the theme is on all the same.
	}
}

/** Calls back after the theme or the system's preference changed. Returns the way to stop listening. */
export function onThemeChange(listener: () => void): () => void {
	const observer = new MutationObserver(listener);
	observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
	const preference = matchMedia('(prefers-color-scheme: dark)');
	preference.addEventListener('change', listener);
	return () => {
		observer.disconnect();
		preference.removeEventListener('change', listener);
	};
}
