// Number brands for quantities that must not be mixed. Plain numbers at run time.

declare const unit: unique symbol;
export type Unit<B extends string> = number & { readonly [unit]: B };

/** Milliseconds on the clock of the realm that made them (see TimeBase for other realms). */
export type Millis = Unit<'ms'>;
/** Body joints in LeRobot's convention: degrees from the middle of the calibrated range. */
export type Degrees = Unit<'deg'>;
/** Servo position in encoder steps, 4096 per turn. */
export type Ticks = Unit<'servo-tick'>;

export const millis = (value: number): Millis => value as Millis;
export const degrees = (value: number): Degrees => value as Degrees;
export const ticks = (value: number): Ticks => value as Ticks;
