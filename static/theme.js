// Puts the remembered theme on <html> before the first paint. The page itself takes over in lib/ui/theme.ts.
(() => {
	try {
		const theme = localStorage.getItem('edubotics.theme');
		if (theme === 'light' || theme === 'dark' || theme === 'projector')
			document.documentElement.dataset.theme = theme;
	} catch {
		// No storage: the system's preference stands.
	}
})();
