// Level 1 of the virtual arm. Heavy: entered by dynamic import only.

export { default as mujocoWasmUrl } from '@mujoco/mujoco/mujoco.wasm?url';
export { loadMujoco, type Mujoco } from './load-mujoco';
export { MujocoPlant } from './mujoco-plant';
export { PickPlaceTask, type PickPlaceOptions } from './pick-place-task';
