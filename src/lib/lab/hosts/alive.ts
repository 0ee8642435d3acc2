// How a worker is missed the moment it is gone: it holds a Web Lock under its own name for as long as it lives, and
// whoever asks for the same lock is granted it when it dies. No answer has to stay away first, and a computer too busy to
// answer is not taken for dead.

/** Called once by every worker at its start. */
export function holdLifeLock(): void {
	// Without Web Locks (an insecure context) pings still tell.
	if (!('locks' in navigator)) return;
	void navigator.locks.request(lifeLockName(self.name), () => new Promise<void>(() => undefined));
}

export function lifeLockName(workerName: string): string {
	return `edubotics-alive:${workerName}`;
}
