// Late is not missing, and twice is not two: what is said of an arm whose answers come after they were given up, or more than
// once, on the virtual chain and clock.

import { describe, expect, it } from 'vitest';
import { SO101 } from '$lib/contracts';
import { diagnose, DIAGNOSE_BOUND_MS } from './diagnose';
import { createVirtualPort, type VirtualPort } from './testing/port';

const PORT = { index: 0, usbVendorId: 0x1a86, usbProductId: 0x55d3 };

/** What one servo says comes so much later to the host; the servo itself is prompt. */
function delayed(
	port: VirtualPort,
	lateMsOf: (id: number, nowMs: number) => number
): VirtualPort['transport'] {
	const { transport, scheduler } = port;
	let asked = 0;
	return {
		...transport,
		get state() {
			return transport.state;
		},
		write(bytes) {
			asked = bytes[2] ?? 0;
			transport.write(bytes);
		},
		onBytes: (listener) =>
			transport.onBytes((bytes) => {
				const atMs = scheduler.now() + lateMsOf(asked, scheduler.now());
				scheduler.at(atMs, () => listener(bytes, atMs));
			})
	};
}

describe('diagnose: an answer that is late is not one that is missing', () => {
	async function verdictOf(lateMsOf: (id: number, nowMs: number) => number) {
		const port = createVirtualPort();
		const { scheduler } = port;
		const transport = delayed(port, lateMsOf);
		const result = await port.settle(diagnose({ transport, scheduler, spec: SO101, port: PORT }));
		expect(scheduler.now()).toBeLessThanOrEqual(DIAGNOSE_BOUND_MS);
		return result;
	}

	it('finds an arm of which one servo, or each, is heard only after 300 ms', async () => {
		expect(await verdictOf((id) => (id === 3 ? 300 : 0))).toMatchObject({ ok: true });
		expect(await verdictOf(() => 300)).toMatchObject({ ok: true });
	});

	it('finds an arm whose answers were late for a while', async () => {
		for (const lateMs of [200, 350, 500, 700])
			for (const untilMs of [100, 300, 600])
				expect(await verdictOf((_, now) => (now < untilMs ? lateMs : 0))).toMatchObject({ ok: true });
	});

	it('slow_answers names the joints that are heard too late to be asked at all', async () => {
		expect(await verdictOf((id) => (id === 3 || id === 5 ? 520 : 0))).toEqual({
			ok: false,
			error: {
				cause: 'slow_answers',
				joints: ['elbow_flex', 'wrist_roll'],
				details: { ids: '3, 5', found: 4 }
			}
		});
		expect(await verdictOf(() => 520)).toMatchObject({
			ok: false,
			error: { cause: 'slow_answers', joints: SO101.joints.map(({ name }) => name) }
		});
	});

	it('and a servo that is not there is missing beside a slow one, too', async () => {
		const port = createVirtualPort();
		Object.assign(port.chain.servos[5] ?? {}, { missing: true });
		const { scheduler } = port;
		const transport = delayed(port, (id) => (id === 2 ? 300 : 0));
		const result = await port.settle(diagnose({ transport, scheduler, spec: SO101, port: PORT }));
		expect(result).toMatchObject({ error: { cause: 'servo_missing', joints: ['gripper'] } });
	});

	it('a computer that stands still for half a second in the middle of it takes nobody for missing', async () => {
		for (let atMs = 0; atMs <= 60; atMs += 4) {
			const port = createVirtualPort();
			const { wire, scheduler, transport } = port;
			scheduler.at(atMs, () => {
				wire.dice.rates = { stallPipe: 1, stallMs: [500, 500] };
				scheduler.at(atMs + 5, () => (wire.dice.rates = {}));
			});
			const result = await port.settle(diagnose({ transport, scheduler, spec: SO101, port: PORT }));
			expect(result.ok).toBe(true);
		}
	});
});

describe('diagnose: an answer that comes twice is still one', () => {
	it('finds it behind an adapter that says everything twice, in pieces of any size', async () => {
		for (const piece of [1, 7, 1000]) {
			const port = createVirtualPort();
			const { scheduler } = port;
			const transport: typeof port.transport = {
				...port.transport,
				get state() {
					return port.transport.state;
				},
				onBytes: (listener) =>
					port.transport.onBytes((bytes, atMs) => {
						for (const _ of [1, 2])
							for (let at = 0; at < bytes.length; at += piece) listener(bytes.slice(at, at + piece), atMs);
					})
			};
			const result = await port.settle(diagnose({ transport, scheduler, spec: SO101, port: PORT }));
			expect(result).toMatchObject({ ok: true });
		}
	});
});
