// The lab room: the only place in the browser that wires real parts together.
export { Lab } from './lab.svelte';
export { labOptionsFrom } from './page/options';
export { default as CameraCanvas } from './CameraCanvas.svelte';
export { default as LivePicture } from './LivePicture.svelte';
export { default as StopPad } from './StopPad.svelte';
export { default as LabScene } from './LabScene.svelte';
export { getLab, setLab } from './context';
