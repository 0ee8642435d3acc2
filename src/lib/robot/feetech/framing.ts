// What packets and their parser both need to know of Feetech's framing; apart, so that neither waits for the other to load.

export const HEADER_BYTE = 0xff;
export const MAX_STATUS_PARAMS = 120;
