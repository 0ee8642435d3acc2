// The stop pad: a sandboxed frame with its own port to the ROBOT worker. It runs in a process of its own, so that it
// hears a click or a key while the page is blocked. It knows nothing but "stop". This text becomes the frame's one script
// as it stands (pad-document.ts), and the page's policy names it by its hash (svelte.config.js): no imports, no types.
(() => {
	const button = /** @type {HTMLButtonElement} */ (document.getElementById('stop'));
	/** @type {MessagePort | undefined} */
	let port;
	/** @type {Set<string>} */
	const forwarded = new Set();

	/** @param {object} message */
	const tellPage = (message) => parent.postMessage({ v: 1, ...message }, '*');

	/** @param {'pointer' | 'key'} input @param {Event} event */
	const stop = (input, event) => {
		const atEpochMs = performance.timeOrigin + event.timeStamp;
		// Without a port the page is the second best.
		if (port === undefined) tellPage({ ch: 'stop' });
		else port.postMessage({ v: 1, ch: 'stop', input, atEpochMs });
	};

	button.addEventListener('pointerdown', (event) => stop('pointer', event));
	// Helpers that press buttons for a person send only this; stopping twice is stopping.
	button.addEventListener('click', (event) => stop('pointer', event));

	document.addEventListener('keydown', (event) => {
		// Enter means Stop to whoever came to the button; given the focus while keys drive, it is the record key.
		const enter = event.code === 'Enter' && event.target === button;
		if (enter || event.code === 'Space' || event.code === 'Escape') {
			event.preventDefault();
			stop('key', event);
			return;
		}
		if (event.repeat || event.code === 'Tab' || event.ctrlKey || event.metaKey || event.altKey) return;
		forwarded.add(event.code);
		tellPage({ ch: 'key', down: true, code: event.code });
	});
	document.addEventListener('keyup', (event) => {
		if (forwarded.delete(event.code)) tellPage({ ch: 'key', down: false, code: event.code });
	});
	addEventListener('blur', () => {
		for (const code of forwarded) tellPage({ ch: 'key', down: false, code });
		forwarded.clear();
	});

	addEventListener('message', (event) => {
		const { data } = event;
		if (event.source !== parent || data?.v !== 1) return;
		if (data.ch === 'port' && event.ports[0] !== undefined) {
			port = event.ports[0];
			document.documentElement.dataset['port'] = 'open';
		}
		if (data.ch === 'drive') button.blur();
		if (data.ch === 'label') {
			button.textContent = String(data.text);
			document.title = String(data.text);
			document.documentElement.lang = String(data.lang);
			button.toggleAttribute('data-stopped', data.stopped === true);
		}
	});
	tellPage({ ch: 'loaded' });
})();
