// Policies: packages (`$lib/inference/package`), running them (`run`), playing their answers (`play`). The index holds only
// what every page may load: types and light arithmetic. Whoever wants a part enters by its door.

export type { PackageProblem, PackageProblemCode, PolicyPackage, PolicyStore } from './package';
// Without what they choose between: a page that took them from `run` would have ONNX Runtime's files among its own.
export { choiceKey, formatChoice, readChoice } from './run/choose-backend';
