// Parquet as lerobot 0.6.1 (pyarrow) lays it out: every field optional, lists in the three-level form, snappy, one row
// group. No clock and no library version goes into the file, so equal rows give equal bytes.

import { ByteWriter, parquetWrite } from 'hyparquet-writer';

type ParquetType = 'FLOAT' | 'DOUBLE' | 'INT64' | 'BYTE_ARRAY';

interface SchemaNode {
	name: string;
	type?: ParquetType;
	num_children?: number;
	repetition_type?: 'OPTIONAL' | 'REPEATED';
	converted_type?: 'LIST' | 'UTF8';
	logical_type?: { type: 'LIST' } | { type: 'STRING' };
}

/** One column: a scalar, or lists nested `depth` deep. Values follow: numbers, bigints (INT64), strings, nested arrays. */
export interface ParquetColumn {
	readonly name: string;
	readonly type: 'float' | 'double' | 'int64' | 'string';
	/** 0 for a plain column. */
	readonly depth: number;
	readonly values: readonly unknown[];
}

/** Constant, so that an update of a library does not change a dataset's bytes. */
const CREATED_BY = 'edubotics dataset writer version 1 (build 1)';

const LEAF_TYPES: Readonly<Record<ParquetColumn['type'], ParquetType>> = {
	float: 'FLOAT',
	double: 'DOUBLE',
	int64: 'INT64',
	string: 'BYTE_ARRAY'
};

function leaf(name: string, type: ParquetColumn['type']): SchemaNode {
	const node: SchemaNode = { name, type: LEAF_TYPES[type], repetition_type: 'OPTIONAL' };
	return type === 'string' ? { ...node, converted_type: 'UTF8', logical_type: { type: 'STRING' } } : node;
}

function schemaOf({ name, type, depth }: Pick<ParquetColumn, 'name' | 'type' | 'depth'>): SchemaNode[] {
	if (depth === 0) return [leaf(name, type)];
	return [
		{
			name,
			num_children: 1,
			repetition_type: 'OPTIONAL',
			converted_type: 'LIST',
			logical_type: { type: 'LIST' }
		},
		{ name: 'list', num_children: 1, repetition_type: 'REPEATED' },
		...schemaOf({ name: 'element', type, depth: depth - 1 })
	];
}

/** Numbers in the first row of a column; all rows have as many. */
function widthOf(column: ParquetColumn): number {
	const [first] = column.values;
	return Array.isArray(first) ? (first as unknown[]).flat(column.depth).length : 1;
}

/** The bytes of one parquet file. `metadata` goes into the footer as key and value. */
export function parquetBytes(
	columns: readonly ParquetColumn[],
	metadata: Readonly<Record<string, string>> = {}
): Uint8Array {
	const rows = columns[0]?.values.length ?? 0;
	// Room for every value, so that the buffer need not grow and be copied.
	const values = columns.reduce((sum, column) => sum + column.values.length * widthOf(column), 0);
	const writer = new ByteWriter(8192 + 10 * values);
	const kvMetadata = Object.entries(metadata).map(([key, value]) => ({ key, value }));
	void parquetWrite({
		writer,
		schema: [{ name: 'schema', num_children: columns.length }, ...columns.flatMap(schemaOf)],
		columnData: columns.map(({ name, values }) => ({ name, data: [...values] })),
		codec: 'SNAPPY',
		rowGroupSize: Math.max(1, rows),
		createdBy: CREATED_BY,
		...(kvMetadata.length > 0 ? { kvMetadata } : {})
	});
	return writer.getBytes();
}
