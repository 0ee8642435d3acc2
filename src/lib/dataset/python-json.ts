// JSON as Python's `json.dump(value, indent=4, ensure_ascii=False)` writes it, which is how LeRobot writes its meta
// files. The one thing JavaScript's own writer cannot do: a float that happens to be whole keeps its ".0", so that a
// reader in Python gets float arrays and not int arrays.

/** A number Python must read as float, whatever its value. */
export class PythonFloat {
	readonly value: number;

	constructor(value: number) {
		this.value = value;
	}
}

export type PythonJson =
	| null
	| boolean
	| number
	| string
	| PythonFloat
	| readonly PythonJson[]
	| { readonly [key: string]: PythonJson };

function floatText(value: number): string {
	if (!Number.isFinite(value)) throw new RangeError(`not a JSON number: ${String(value)}`);
	const text = JSON.stringify(value);
	return Number.isInteger(value) && !text.includes('e') ? `${text}.0` : text;
}

function lines(items: readonly string[], open: string, close: string, indent: string): string {
	if (items.length === 0) return open + close;
	const inner = `${indent}    `;
	return `${open}\n${items.map((item) => inner + item).join(',\n')}\n${indent}${close}`;
}

export function pythonJson(value: PythonJson, indent = ''): string {
	const inner = `${indent}    `;
	if (value instanceof PythonFloat) return floatText(value.value);
	if (Array.isArray(value)) {
		const items = (value as readonly PythonJson[]).map((item) => pythonJson(item, inner));
		return lines(items, '[', ']', indent);
	}
	if (value !== null && typeof value === 'object') {
		const items = Object.entries(value).map(
			([key, item]) => `${JSON.stringify(key)}: ${pythonJson(item, inner)}`
		);
		return lines(items, '{', '}', indent);
	}
	return JSON.stringify(value);
}
