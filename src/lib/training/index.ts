// Training: the states of a job and what every back-end shares, light enough for every page. What computes is behind
// `$lib/training/worker`.

export { hasEnded, trainingTransition, type TrainingEvent } from './job-machine';
export { createWatchedJob, failedJob, NO_PROGRESS, type JobControls, type WatchedJob } from './watched-job';
