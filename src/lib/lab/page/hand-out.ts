// A file into the person's downloads.

/** How long the browser may take to start reading the file before its address is taken back. */
const KEEP_URL_MS = 600_000;

export function handOut(file: File): void {
	const url = URL.createObjectURL(file);
	const link = document.createElement('a');
	link.href = url;
	link.download = file.name;
	document.body.append(link);
	link.click();
	link.remove();
	setTimeout(() => URL.revokeObjectURL(url), KEEP_URL_MS);
}
