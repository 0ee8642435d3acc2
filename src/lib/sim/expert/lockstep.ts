// Door to the lab without a browser, for whoever records demonstrations of the expert in virtual time (the TRAINING worker,
// tools/policy). Kept apart from the expert's own door: it brings gate, loop and bus along.

export { createLockstepLab, LAB_FPS, type LockstepLab } from './testing/lockstep-lab';
