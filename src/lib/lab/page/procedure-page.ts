// Setting up and calibrating as the page has them: the view that ROBOT posts, and what the person does about it.

import type { PortIdentity } from '$lib/contracts';
import type { CalibrationActions, CalibrationView } from '$lib/ui/calibrate';
import type { SetupActions, SetupView } from '$lib/ui/setup';
import type { ConnectAnswer } from '../hosts/api';
import type { ProcedureAction, ProcedureArm, ProcedureName, ProcedureView } from '../hosts/procedures';
import { handOut } from './hand-out';

/** A calibration file has under 1 KB; nothing much larger is read at all. */
const MOST_FILE_BYTES = 256_000;

export interface ProcedurePorts {
	start(which: ProcedureName, port: PortIdentity, arm: ProcedureArm): Promise<ConnectAnswer<void>>;
	act(action: ProcedureAction): Promise<void>;
	exportText(): Promise<string | null>;
	/** Resolves when what was being written is whole. */
	end(): Promise<void>;
}

export class ProcedurePage {
	readonly calibrationActions: CalibrationActions;
	readonly setupActions: SetupActions;
	readonly #ports: ProcedurePorts;
	readonly #onChange: () => void;
	#view: ProcedureView | null = null;
	#close: (() => void) | null = null;
	#running: Promise<void> = Promise.resolve();
	#busy = false;
	/** Raised by whoever ends a procedure: one that has not begun by then does not begin. */
	#turn = 0;

	constructor(ports: ProcedurePorts, onChange: () => void) {
		this.#ports = ports;
		this.#onChange = onChange;
		const person = (action: Exclude<ProcedureAction['do'], 'importText'>) => () =>
			void ports.act({ do: action }).catch(() => undefined);
		const close = (): void => this.#close?.();
		this.setupActions = {
			begin: person('begin'),
			motorIsConnected: person('motorIsConnected'),
			next: person('next'),
			retry: person('retry'),
			useAnyway: person('useAnyway'),
			close
		};
		this.calibrationActions = {
			begin: person('begin'),
			middleIsSet: person('middleIsSet'),
			finishSweep: person('finishSweep'),
			again: person('again'),
			importFile: (file) => void this.#import(file).catch(() => undefined),
			exportFile: () => void this.#export().catch(() => undefined),
			close
		};
	}

	get calibration(): CalibrationView | null {
		if (this.#view?.which !== 'calibrating') return null;
		const { view, file } = this.#view;
		return { ...view, file };
	}

	get setup(): SetupView | null {
		if (this.#view?.which !== 'setting_up') return null;
		const { view, progress } = this.#view;
		return { ...view, progress };
	}

	/** One runs, or what it was writing is not whole yet: ROBOT must not be ended. */
	get busy(): boolean {
		return this.#busy;
	}

	/**
	 * Resolves when the person has closed it, it was ended, or it could not begin. Of two arms one is at it: whichever was
	 * before is ended first.
	 */
	async run(which: ProcedureName, port: PortIdentity, arm: ProcedureArm): Promise<void> {
		const before = this.end();
		const turn = this.#turn;
		const run = before.then(() => (turn === this.#turn ? this.#carryOut(which, port, arm) : undefined));
		this.#running = run.catch(() => undefined);
		await run;
	}

	/** What ROBOT posts. */
	take(view: ProcedureView): void {
		if (this.#close === null) return; // closed meanwhile
		this.#view = view;
		this.#onChange();
	}

	/** Resolves when what was being written is whole and the port is free. */
	end(): Promise<void> {
		this.#turn += 1;
		this.#close?.();
		return this.#running;
	}

	async #carryOut(which: ProcedureName, port: PortIdentity, arm: ProcedureArm): Promise<void> {
		const closed = new Promise<void>((resolve) => (this.#close = resolve));
		this.#busy = true;
		try {
			const started = await this.#ports.start(which, port, arm);
			if (started.ok) await closed;
		} finally {
			this.#close = null;
			this.#view = null;
			this.#onChange();
			await this.#ports.end().finally(() => (this.#busy = false));
			this.#onChange();
		}
	}

	async #import(file: File): Promise<void> {
		const text = await file.slice(0, MOST_FILE_BYTES).text();
		await this.#ports.act({ do: 'importText', text });
	}

	async #export(): Promise<void> {
		const place = this.calibration?.file;
		const text = await this.#ports.exportText();
		if (text === null || place === undefined) return;
		handOut(new File([text], place.fileName, { type: 'application/json' }));
	}
}
