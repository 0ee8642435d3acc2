// The sim room: the virtual arm that needs nothing heavy. MuJoCo and the expert have doors of their own.

export * from './chain';
export { createSo101Plant, so101Gravity, so101Mechanics, type So101Load } from './level0/so101-mechanics';
export { createLevel0Plant, type JointMechanics, type Level0Options } from './level0/level0-plant';
