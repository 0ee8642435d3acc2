/**
 * Lets the engine's bindings run where strings may not become code. Emscripten's embind (as built into @mujoco/mujoco
 * 3.14) writes small glue functions as source text and hands them to `new Function`, which our Content Security Policy
 * forbids, and rightly. There are two kinds of such text, both with a fixed shape; here their meaning is spelled out as
 * ordinary closures. Text of any other shape goes to the real constructor, which refuses it under the policy.
 * Knows embind's generated code (emscripten src/lib/libembind_gen.js and libemval.js); knows nothing of MuJoCo.
 */

interface WireType {
	toWireType(destructors: unknown[] | null, value: unknown): unknown;
	fromWireType(value: unknown): unknown;
	readValueFromPointer(pointer: number): unknown;
	readonly argPackAdvance: number;
}

type AnyFunction = (...values: unknown[]) => unknown;
type Closure = ReadonlyMap<string, unknown>;

const functionIn = (closure: Closure, name: string): AnyFunction => closure.get(name) as AnyFunction;
const typeIn = (closure: Closure, name: string): WireType => closure.get(name) as WireType;

function argTypes(closure: Closure): WireType[] {
	const types: WireType[] = [];
	for (let type = closure.get('argType0'); type; type = closure.get(`argType${types.length}`))
		types.push(type as WireType);
	return types;
}

/** A JavaScript function that calls a C++ function or method: wires the values in, calls, cleans up, wires out. */
function invoker(body: string, closure: Closure): AnyFunction {
	const isMethod = body.includes('var thisWired');
	const stacked = body.includes('var destructors = []');
	const returns = body.includes('return ret;');
	const types = argTypes(closure);
	const call = functionIn(closure, 'invoker');
	const checkArgCount = functionIn(closure, 'checkArgCount');
	const dtorOf = (name: string) => closure.get(`${name}_dtor`) as AnyFunction | undefined;
	const dtors = [...(isMethod ? [dtorOf('thisWired')] : []), ...types.map((_, i) => dtorOf(`arg${i}Wired`))];
	return function (this: unknown, ...values: unknown[]): unknown {
		checkArgCount(
			values.length,
			closure.get('minArgs'),
			closure.get('maxArgs'),
			closure.get('humanName'),
			closure.get('throwBindingError')
		);
		const destructors: unknown[] | null = stacked ? [] : null;
		const wired: unknown[] = [];
		if (isMethod) wired.push(typeIn(closure, 'classParam').toWireType(destructors, this));
		types.forEach((type, i) => wired.push(type.toWireType(destructors, values[i])));
		const result = call(closure.get('fn'), ...wired);
		if (stacked) functionIn(closure, 'runDestructors')(destructors);
		else dtors.forEach((dtor, i) => dtor?.(wired[i]));
		return returns ? typeIn(closure, 'retType').fromWireType(result) : undefined;
	};
}

/** A function by which C++ calls JavaScript: reads packed values from the heap, calls, packs the result. */
function methodCaller(body: string, closure: Closure): AnyFunction {
	const types = argTypes(closure);
	const constructs = body.includes('new func(');
	const onObject = body.includes('func.call(obj');
	const pack = closure.get('emval_returnValue') as AnyFunction | undefined;
	return (obj, func, destructorsRef, packed) => {
		let pointer = packed as number;
		const values = types.map((type) => {
			const value = type.readValueFromPointer(pointer);
			pointer += type.argPackAdvance;
			return value;
		});
		// Without an object the generated text passes the first value as `this`; `call` does the same.
		const result: unknown = constructs
			? Reflect.construct(func as AnyFunction, values)
			: Reflect.apply(func as AnyFunction, onObject ? obj : values[0], onObject ? values : values.slice(1));
		return pack?.(closure.get('retType'), destructorsRef, result);
	};
}

/** What `new Function(...names, body)` would return, if the text is embind's; otherwise null. */
export function knownFunction(
	parts: readonly unknown[]
): ((...closureValues: unknown[]) => AnyFunction) | null {
	const names = parts.slice(0, -1).map(String);
	const body = String(parts.at(-1));
	const isInvoker = names[0] === 'humanName' && names[2] === 'invoker' && names.includes('maxArgs');
	const isCaller =
		names[0] === 'retType' && body.startsWith('return function (obj, func, destructorsRef, args)');
	if (!isInvoker && !isCaller) return null;
	return (...values) => {
		const closure = new Map(names.map((name, i) => [name, values[i]]));
		return isInvoker ? invoker(body, closure) : methodCaller(body, closure);
	};
}

const taught = new WeakSet<FunctionConstructor>();

/**
 * Teaches this realm's `Function` constructor embind's two texts. For workers that run under the policy: there the
 * constructor is of no use to anyone else. Does nothing the second time.
 */
export function allowEmbindWithoutEval(): void {
	if (taught.has(globalThis.Function)) return;
	globalThis.Function = new Proxy(globalThis.Function, {
		// Minifiers leave the `new` out: for this constructor it makes no difference.
		apply: (target, self, parts: unknown[]) =>
			knownFunction(parts) ?? (Reflect.apply(target, self, parts) as object),
		construct: (target, parts: unknown[], newTarget) =>
			knownFunction(parts) ?? (Reflect.construct(target, parts, newTarget) as object)
	});
	taught.add(globalThis.Function);
}
