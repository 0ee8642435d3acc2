// What a question to a worker ends with when the worker is gone before it answers.

export class WorkerGoneError extends Error {
	override readonly name = 'WorkerGoneError';
}
