// The stop pad: a sandboxed frame with its own port to the ROBOT worker. It runs in a process of its own, so that it
// hears a click or a key while the page is blocked. It knows nothing but "stop".
(() => {
	const button = document.getElementById('stop');
	let port;
	const stop = (input, event) =>
		port?.postMessage({ v: 1, ch: 'stop', input, atEpochMs: performance.timeOrigin + event.timeStamp });
	const forwarded = new Set();
	button.addEventListener('pointerdown', (event) => stop('pointer', event));
	document.addEventListener('keydown', (event) => {
		if (event.code === 'Space' || event.code === 'Enter' || event.code === 'Escape') {
			event.preventDefault();
			stop('key', event);
			return;
		}
		if (event.code === 'Tab') return;
		// Focus stays here while the arm is armed; driving keys go on to the page.
		if (!event.repeat) {
			forwarded.add(event.code);
			parent.postMessage({ v: 1, ch: 'key', down: true, code: event.code }, '*');
		}
	});
	document.addEventListener('keyup', (event) => {
		if (!forwarded.delete(event.code)) return;
		parent.postMessage({ v: 1, ch: 'key', down: false, code: event.code }, '*');
	});
	addEventListener('blur', () => {
		for (const code of forwarded) parent.postMessage({ v: 1, ch: 'key', down: false, code }, '*');
		forwarded.clear();
	});
	addEventListener('message', (event) => {
		if (event.source !== parent || event.data?.v !== 1) return;
		if (event.data.ch === 'port' && event.ports[0]) {
			port = event.ports[0];
			parent.postMessage({ v: 1, ch: 'ready' }, '*');
		}
		if (event.data.ch === 'label') {
			button.textContent = String(event.data.text);
			document.documentElement.lang = String(event.data.lang);
			button.toggleAttribute('data-stopped', event.data.stopped === true);
		}
	});
	parent.postMessage({ v: 1, ch: 'loaded' }, '*');
})();
