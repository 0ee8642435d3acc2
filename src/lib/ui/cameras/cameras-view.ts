// What the screen of the real cameras is given and what it can ask for. Types only; `lab` maps its cameras onto them.

export type CameraRoleName = 'top' | 'wrist' | 'side';

/** What is wrong with one camera; each has its own words (`camera_trouble_<name>_what/_next`). */
export type CameraTrouble =
	| 'missing'
	| 'busy'
	| 'failed'
	| 'ambiguous'
	| 'changed'
	| 'unplugged'
	| 'frozen'
	| 'black'
	| 'slow'
	| 'dim'
	| 'swapped';

/** What is wrong with all of them. */
export type CamerasTrouble = 'unsupported' | 'denied' | 'none' | 'failed';

/** In shares of the picture, 0..1 from its upper left corner. */
export interface MaskRectView {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

export interface CameraRoleView {
	readonly role: CameraRoleName;
	/** '' while nothing plays this role. */
	readonly deviceId: string;
	readonly status: 'off' | 'starting' | 'live' | 'trouble';
	readonly trouble: CameraTrouble | null;
	/** Pictures per second; null while not measured. */
	readonly fps: number | null;
	/** What the device runs at; null while closed. */
	readonly mode: { readonly width: number; readonly height: number; readonly fps: number } | null;
	/** It runs below what was asked, because it or its USB hub does not manage more. */
	readonly reduced: boolean;
	readonly mask: readonly MaskRectView[];
}

export type RecordSizeName = '320x240' | '640x480';

export interface CamerasView {
	readonly step: 'off' | 'asking' | 'ready';
	readonly trouble: CamerasTrouble | null;
	/** With names that a person can tell apart. */
	readonly devices: readonly { readonly deviceId: string; readonly name: string }[];
	readonly roles: readonly CameraRoleView[];
	readonly size: RecordSizeName;
	readonly localOnly: boolean;
	/** A recording runs: nothing that changes it can be changed. */
	readonly locked: boolean;
}

export interface CamerasActions {
	/** Asks for permission and opens what is remembered. */
	begin(): void;
	/** '' for none. */
	choose(role: CameraRoleName, deviceId: string): void;
	swap(a: CameraRoleName, b: CameraRoleName): void;
	setSize(size: RecordSizeName): void;
	setMask(role: CameraRoleName, mask: readonly MaskRectView[]): void;
	setLocalOnly(localOnly: boolean): void;
	/** The cameras stand where they should, whatever they showed before. */
	trustViews(): void;
	retry(): void;
}
