// The words of every error code, for pages that list them all. A code without words is a type error here or in error-words.

import type { ErrorCode } from '$lib/contracts';
import { labErrorWords, type ErrorWords } from './error-words';
import { modelErrorWords } from './model-error-words';

export const errorWords = { ...labErrorWords, ...modelErrorWords } as Readonly<Record<ErrorCode, ErrorWords>>;
