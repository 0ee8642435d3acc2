// The page's side of a real arm: joins the connection machine to ROBOT, to the browser's ports and to what ROBOT reports.

import type { ArmReport, FoundArm } from '$lib/contracts';
import { createWallScheduler } from '$lib/core';
import type { ConnectAnswer, RobotApi } from '../hosts/api';
import { problem } from '../hosts/connect-problems';
import { createConnectControl, type ConnectControl } from './connect-control';
import { ProcedurePage } from './procedure-page';
import { createSerialAccess } from './serial-access';
import type { RunningWorker } from './worker-set';

export interface RealArmOptions {
	readonly robot: () => RunningWorker<RobotApi> | null;
	readonly takeSeat: () => Promise<void>;
	readonly goVirtual: () => Promise<void>;
	readonly onChange: () => void;
}

export interface RealArmPage extends Pick<ConnectControl, 'view' | 'actions' | 'begin' | 'dispose'> {
	readonly procedures: ProcedurePage;
	/** A person asks for the arm again, after the screen was closed or from the next step. */
	again(): void;
	/** ROBOT died and is there again. */
	reopen(): void;
	/** ROBOT reports what became of the arm. */
	heard(report: ArmReport): void;
	/** Its joints were read. */
	reading(): void;
	/** Another tab has the arm now. */
	seatLost(): void;
	/** Resolves when other tabs and programs may have the port. */
	leave(): Promise<void>;
}

export function createRealArm({ robot, takeSeat, goVirtual, onChange }: RealArmOptions): RealArmPage {
	const ask = <T>(question: (api: RunningWorker<RobotApi>['api']) => Promise<T>): Promise<T> => {
		const running = robot();
		if (running === null) return Promise.reject(new TypeError('ROBOT is not running'));
		return running.orGone(question(running.api));
	};
	const procedures = new ProcedurePage(
		{
			start: (which, port) => ask<ConnectAnswer<void>>((api) => api.startProcedure(which, port)),
			act: (action) => ask((api) => api.actInProcedure(action)),
			exportText: () => ask((api) => api.procedureText()),
			end: () => ask((api) => api.endProcedure())
		},
		onChange
	);
	const control = createConnectControl({
		role: 'follower',
		scheduler: createWallScheduler(),
		onChange,
		ports: {
			access: createSerialAccess(),
			open: (port, patient) => ask<ConnectAnswer<void>>((api) => api.openPort(port, patient)),
			look: () => ask<ConnectAnswer<FoundArm>>((api) => api.look()),
			shut: () => ask((api) => api.closePort()),
			procedure: (which, port) => procedures.run(which, port),
			endProcedure: () => procedures.end(),
			takeSeat,
			goVirtual,
			judge: () => ({ name: null, problem: null })
		}
	});
	let lost = false;

	return {
		get view() {
			return control.view;
		},
		actions: control.actions,
		procedures,
		begin: () => control.begin(),
		again() {
			if (control.state.step === 'off') control.begin();
			else control.send({ type: 'try_again' });
		},
		reopen() {
			procedures.end();
			control.send({ type: 'reopen' });
		},
		heard({ status, reason }) {
			const isLost = status === 'lost';
			if (isLost && !lost) {
				const silent = reason === 'silent';
				const cause = silent ? problem('no_power') : problem('unplugged', [], { reconnect: 'auto' });
				control.send({ type: 'lost', problem: cause });
			}
			lost = isLost;
		},
		reading() {
			if (control.state.step === 'ready') control.send({ type: 'reading' });
		},
		seatLost: () => control.send({ type: 'lost', problem: problem('other_tab') }),
		async leave() {
			control.send({ type: 'leave' });
			await ask((api) => api.closePort()).catch(() => undefined);
		},
		dispose: () => control.dispose()
	};
}
