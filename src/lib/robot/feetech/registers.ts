// Control table of the STS3215 (STS/SMS series). Names, addresses, sizes and sign bits as LeRobot uses them
// (`motors/feetech/tables.py`). The only place of the product side that knows an address.

export interface Register {
	readonly name: string;
	readonly address: number;
	readonly size: 1 | 2;
	/** Position of the sign bit of a sign-magnitude number; absent for unsigned ones. */
	readonly signBit?: number;
}

function register(name: string, address: number, size: 1 | 2, signBit?: number): Register {
	return signBit === undefined ? { name, address, size } : { name, address, size, signBit };
}

export const STS3215 = {
	firmwareMajor: register('Firmware_Major_Version', 0, 1),
	firmwareMinor: register('Firmware_Minor_Version', 1, 1),
	modelNumber: register('Model_Number', 3, 2),
	id: register('ID', 5, 1),
	baudRate: register('Baud_Rate', 6, 1),
	returnDelay: register('Return_Delay_Time', 7, 1),
	responseLevel: register('Response_Status_Level', 8, 1),
	minPositionLimit: register('Min_Position_Limit', 9, 2),
	maxPositionLimit: register('Max_Position_Limit', 11, 2),
	maxTemperature: register('Max_Temperature_Limit', 13, 1),
	maxVoltage: register('Max_Voltage_Limit', 14, 1),
	minVoltage: register('Min_Voltage_Limit', 15, 1),
	maxTorque: register('Max_Torque_Limit', 16, 2),
	phase: register('Phase', 18, 1),
	unloadingCondition: register('Unloading_Condition', 19, 1),
	ledAlarm: register('LED_Alarm_Condition', 20, 1),
	pGain: register('P_Coefficient', 21, 1),
	dGain: register('D_Coefficient', 22, 1),
	iGain: register('I_Coefficient', 23, 1),
	minStartupForce: register('Minimum_Startup_Force', 24, 2),
	cwDeadZone: register('CW_Dead_Zone', 26, 1),
	ccwDeadZone: register('CCW_Dead_Zone', 27, 1),
	protectionCurrent: register('Protection_Current', 28, 2),
	homingOffset: register('Homing_Offset', 31, 2, 11),
	operatingMode: register('Operating_Mode', 33, 1),
	protectiveTorque: register('Protective_Torque', 34, 1),
	protectionTime: register('Protection_Time', 35, 1),
	overloadTorque: register('Overload_Torque', 36, 1),
	torqueEnable: register('Torque_Enable', 40, 1),
	acceleration: register('Acceleration', 41, 1),
	goalPosition: register('Goal_Position', 42, 2, 15),
	goalTime: register('Goal_Time', 44, 2),
	goalVelocity: register('Goal_Velocity', 46, 2, 15),
	torqueLimit: register('Torque_Limit', 48, 2),
	lock: register('Lock', 55, 1),
	presentPosition: register('Present_Position', 56, 2, 15),
	presentVelocity: register('Present_Velocity', 58, 2, 15),
	presentLoad: register('Present_Load', 60, 2, 10),
	presentVoltage: register('Present_Voltage', 62, 1),
	presentTemperature: register('Present_Temperature', 63, 1),
	status: register('Status', 65, 1),
	moving: register('Moving', 66, 1),
	presentCurrent: register('Present_Current', 69, 2),
	maxAcceleration: register('Maximum_Acceleration', 85, 1)
} as const satisfies Record<string, Register>;

/** Bits per second by the value of Baud_Rate: the index is what the register holds. */
export const FEETECH_BAUD_RATES: readonly number[] = [
	1_000_000, 500_000, 250_000, 128_000, 115_200, 57_600, 38_400, 19_200
];

/** First address that is kept in RAM only. */
const FIRST_RAM_ADDRESS = 40;
/** Factory block behind the RAM; it survives power cycles too. */
const FACTORY_ADDRESS = 80;

/** True where a write wears the servo's EEPROM. */
export function isPersistentAddress(address: number): boolean {
	return address < FIRST_RAM_ADDRESS || address >= FACTORY_ADDRESS;
}
