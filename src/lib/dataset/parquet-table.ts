// A small parquet file as rows, for the self-check and tests. Whole file in memory; int64 stays bigint.

import { parquetMetadata, parquetReadObjects, type FileMetaData } from 'hyparquet';

export type Row = Readonly<Record<string, unknown>>;

export interface Table {
	readonly rows: readonly Row[];
	readonly metadata: FileMetaData;
}

export async function readTable(bytes: Uint8Array): Promise<Table> {
	const file = bytes.slice().buffer;
	const rows = await parquetReadObjects({ file });
	return { rows, metadata: parquetMetadata(file) };
}

/** An entry of the footer. */
export function keyValue(table: Table, key: string): string | null {
	return table.metadata.key_value_metadata?.find((entry) => entry.key === key)?.value ?? null;
}
