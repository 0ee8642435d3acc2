// The same suites in a worker, where ROBOT, RECORDER and DATASET live.

import { expose } from 'comlink';
import type { SuiteName } from './names';
import { suites } from './suites';

const worker = { run: (name: SuiteName) => suites[name]() };

export type SuitesWorker = typeof worker;

expose(worker);
