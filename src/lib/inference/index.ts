// Policies: packages (`$lib/inference/package`), running them (`run`), playing their answers (`play`). The index holds only
// what every page may load: types and light arithmetic. Whoever wants a part enters by its door.

export type { PackageProblem, PackageProblemCode, PolicyPackage, PolicyStore } from './package';
