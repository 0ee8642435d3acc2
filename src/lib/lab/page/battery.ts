// How full the battery is, where the browser tells. Below a tenth the arm goes to rest before the computer sleeps.

interface BatteryManager extends EventTarget {
	readonly charging: boolean;
	readonly level: number;
}

/** Tells 0..1 while the computer runs on its battery and null otherwise, now and on every change. */
export async function watchBattery(onLevel: (level: number | null) => void): Promise<void> {
	const { getBattery } = navigator as { getBattery?: () => Promise<BatteryManager> };
	if (getBattery === undefined) return;
	const battery = await getBattery.call(navigator).catch(() => null);
	if (battery === null) return;
	const tell = (): void => onLevel(battery.charging ? null : battery.level);
	battery.addEventListener('levelchange', tell);
	battery.addEventListener('chargingchange', tell);
	tell();
}
