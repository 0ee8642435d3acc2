// The lab and its class: notes what the class counts, sends it when it can, says what the lab does, and hears the teacher's
// hold. Only the tab that drives does so; the outbox is the seat's, so the next one goes on where it stopped. Nothing here
// is needed for the lab to work: every failure ends in "later".

import {
	episodeNotes,
	Outbox,
	OutboxSync,
	sendEvents,
	sendPresence,
	type Note,
	type SyncState
} from '$lib/classroom';
import { createWallScheduler } from '$lib/core';
import type { PresenceState, SeatTicket } from '$lib/contracts';
import { openIdbOutboxEngine } from '$lib/recorder';
import type { LabCore } from '../page/lab-core';
import { hasContact } from '../page/lab-state';
import { ClassHold } from './class-hold';

/** Said anew this often (and at every change), spread by a fifth so that a class does not speak in one voice. */
const PRESENCE_EVERY_MS = 10_000;
const HAND_KEY = 'hand';

export interface ClassView {
	readonly ticket: SeatTicket;
	/** `untold`: there is nothing to keep events in, the class hears of none. */
	readonly sync: SyncState | 'untold';
	/** Events the class does not have yet. */
	readonly waiting: number;
	readonly handRaised: boolean;
	/** How long the teacher still holds all arms; 0: not held. */
	readonly heldForMs: number;
}

export class ClassLink {
	readonly ticket: SeatTicket;
	readonly #core: LabCore;
	readonly #onChange: () => void;
	readonly #hold: ClassHold;
	#outbox: Outbox | null = null;
	#sync: OutboxSync | null = null;
	#stream: EventSource | null = null;
	/** The stream at hand has said something. */
	#streamSpoke = false;
	#presenceTimer: ReturnType<typeof setTimeout> | null = null;
	#cleanup: (() => void)[] = [];
	#drives = false;
	#handRaised = false;
	#state: PresenceState = 'looking';
	#connected = false;
	#fault = '';
	#modelSinceMs: number | null = null;
	#episodes: unknown = null;
	#noting: Promise<unknown> = Promise.resolve();

	constructor(core: LabCore, ticket: SeatTicket, onChange: () => void) {
		this.#core = core;
		this.ticket = ticket;
		this.#onChange = onChange;
		this.#hold = new ClassHold(
			{
				status: () => core.report.status,
				stop: () => void core.robot?.stop(),
				setHeld: (held) => {
					core.held = held;
					core.changed.emit();
				},
				onChange
			},
			createWallScheduler()
		);
	}

	get view(): ClassView {
		return {
			ticket: this.ticket,
			sync: this.#sync?.state ?? 'untold',
			waiting: this.#sync?.waiting ?? 0,
			handRaised: this.#handRaised,
			heldForMs: this.#hold.leftMs
		};
	}

	/**
	 * Listens, and opens the outbox. Without one (a private window, a full disk) the class is told nothing and the bar says
	 * so, but its hold is heard all the same.
	 */
	async start(): Promise<void> {
		await this.#openOutbox();
		const changed = (): void => this.#onCore();
		const online = (): void => this.#sync?.kick();
		const leave = (): void => this.#close();
		addEventListener('online', online);
		addEventListener('pagehide', leave);
		this.#cleanup.push(
			this.#core.changed.on(changed),
			() => removeEventListener('online', online),
			() => removeEventListener('pagehide', leave)
		);
		this.#onCore();
	}

	async #openOutbox(): Promise<void> {
		const engine = await openIdbOutboxEngine(this.ticket.seatId).catch(() => null);
		if (engine === null) return;
		this.#outbox = new Outbox(engine, { newId: () => crypto.randomUUID(), nowEpochMs: Date.now });
		const marks = await this.#outbox.noted(`${HAND_KEY}:`).catch(() => []);
		this.#handRaised = marks.length % 2 === 1;
		this.#sync = new OutboxSync({
			outbox: this.#outbox,
			send: (events) => sendEvents(this.ticket.seatId, events),
			scheduler: createWallScheduler(),
			random: Math.random,
			onChange: this.#onChange
		});
	}

	/** A pupil asks for help, or does not need it any more. */
	raiseHand(up: boolean): void {
		if (up === this.#handRaised || this.#outbox === null) return;
		this.#handRaised = up;
		this.#noteLater(async (outbox) => {
			// Counted behind whatever is still being written: up and down in one breath are two.
			const { length } = await outbox.noted(`${HAND_KEY}:`);
			return [{ kind: up ? 'hand_raised' : 'hand_lowered', once: `${HAND_KEY}:${length}` }];
		});
		this.#onChange();
	}

	dispose(): void {
		for (const clean of this.#cleanup) clean();
		this.#close();
		this.#rest();
		this.#sync?.stop();
		this.#hold.dispose();
		this.#outbox?.close();
	}

	#onCore(): void {
		const core = this.#core;
		if (core.phase !== 'ready') return;
		if (core.otherTab === this.#drives) {
			this.#drives = !core.otherTab;
			if (this.#drives) this.#listen();
			else this.#rest();
		}
		if (!this.#drives) return;
		this.#hold.enforce();
		this.#noteArm();
		this.#noteEpisodes();
		const state = this.#stateNow();
		if (state !== this.#state) {
			this.#state = state;
			this.#speak();
		}
	}

	/** This tab drives now: it hears the class and speaks for the seat. */
	#listen(): void {
		this.#streamSpoke = false;
		this.#stream = new EventSource(`/api/events?seat=${this.ticket.seatId}`);
		this.#stream.onmessage = ({ data }: MessageEvent<string>) => {
			this.#streamSpoke = true;
			const { holdForMs } = JSON.parse(data) as { holdForMs?: unknown };
			this.#hold.take(typeof holdForMs === 'number' ? holdForMs : 0);
		};
		// Answered with something else than a stream: the browser gives up by itself, we come back.
		this.#stream.onerror = () => {
			if (this.#stream?.readyState !== EventSource.CLOSED) return;
			this.#stream = null;
			this.#later();
		};
		this.#sync?.kick();
		this.#speak();
	}

	#later(): void {
		const again = setTimeout(
			() => {
				if (this.#drives && this.#stream === null) this.#listen();
			},
			PRESENCE_EVERY_MS * (1 + Math.random())
		);
		this.#cleanup.push(() => clearTimeout(again));
	}

	#rest(): void {
		this.#stream?.close();
		this.#stream = null;
		if (this.#presenceTimer !== null) clearTimeout(this.#presenceTimer);
	}

	#speak(): void {
		if (this.#presenceTimer !== null) clearTimeout(this.#presenceTimer);
		const waitMs = PRESENCE_EVERY_MS * (0.8 + 0.4 * Math.random());
		this.#presenceTimer = setTimeout(() => this.#speak(), waitMs);
		if (!navigator.onLine) return;
		// A proxy may keep a stream to itself: then the hold comes with this answer.
		void sendPresence(this.ticket.seatId, this.#state, !this.#streamSpoke).then((holdForMs) => {
			if (holdForMs !== null && !this.#streamSpoke && this.#drives) this.#hold.take(holdForMs);
		});
	}

	/** The page goes: the board need not wait for the silence. */
	#close(): void {
		if (!this.#drives) return;
		const body = JSON.stringify({ seatId: this.ticket.seatId, state: 'closed' });
		navigator.sendBeacon('/api/class/presence', new Blob([body], { type: 'application/json' }));
	}

	#stateNow(): PresenceState {
		const { report, recording } = this.#core;
		if (!hasContact(report)) return 'looking';
		if (report.status === 'stopped') return 'stopped';
		if (recording.state.name === 'recording') return 'recording';
		if (report.status !== 'armed') return 'connected';
		return report.source === 'policy' ? 'model_drives' : 'driving';
	}

	#noteArm(): void {
		const { report, kind, problem } = this.#core;
		const notes: Note[] = [];
		const connected = hasContact(report);
		if (connected !== this.#connected) {
			this.#connected = connected;
			const payload = { arm: kind };
			notes.push({ kind: connected ? 'connected' : 'disconnected', payload });
		}
		const fault = problem?.code.startsWith('servo_') === true ? problem.code : '';
		if (fault !== this.#fault) {
			this.#fault = fault;
			if (fault !== '') notes.push({ kind: 'servo_fault', payload: { code: fault } });
		}
		const modelDrives = report.status === 'armed' && report.source === 'policy';
		if (modelDrives) this.#modelSinceMs ??= performance.now();
		else if (this.#modelSinceMs !== null) {
			const seconds = Math.round((performance.now() - this.#modelSinceMs) / 100) / 10;
			this.#modelSinceMs = null;
			notes.push({ kind: 'run_ended', payload: { seconds } });
		}
		this.#note(notes);
	}

	#noteEpisodes(): void {
		const { datasets, known } = this.#core.library;
		const outbox = this.#outbox;
		// A store that would not open has nothing to show: that is no deletion.
		if (!known || datasets === this.#episodes || outbox === null) return;
		this.#episodes = datasets;
		const stored = datasets.flatMap(({ episodes, simulated }) =>
			// What a model did is counted as a run.
			episodes
				.filter(({ ofModel }) => ofModel !== true)
				.map(({ id, frames, seconds }) => ({ id, frames, seconds, simulated }))
		);
		this.#noting = this.#noting
			.then(() => outbox.noted('episode_'))
			.then((noted) => outbox.note(episodeNotes(stored, noted)))
			.then(
				(count) => this.#noted(count),
				() => (this.#episodes = null)
			); // looked at again with the next change
	}

	#note(notes: readonly Note[]): void {
		if (notes.length > 0) this.#noteLater(() => Promise.resolve(notes));
	}

	#noteLater(notes: (outbox: Outbox) => Promise<readonly Note[]>): void {
		const outbox = this.#outbox;
		if (outbox === null) return;
		this.#noting = this.#noting
			.then(async () => outbox.note(await notes(outbox)))
			.then(
				(count) => this.#noted(count),
				() => undefined // a full disk: what the class counts is made of episodes, and those are looked at again
			);
	}

	#noted(count: number): void {
		if (count > 0 && this.#drives) this.#sync?.kick();
	}
}
