import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import fullSvelteConfig from './svelte.config.js';
import { roomRules } from './tools/rooms.js';

/** Without its functions: the lint cache writes the configuration down. */
const svelteConfig = { compilerOptions: fullSvelteConfig.compilerOptions };

export default ts.config(
	{
		ignores: [
			'build/',
			'.svelte-kit/',
			'.cache/',
			'node_modules/',
			'src/lib/i18n/generated/',
			'project.inlang/cache/',
			'test-results/'
		]
	},
	js.configs.recommended,
	...ts.configs.strictTypeChecked,
	...svelte.configs.recommended,
	prettier,
	...svelte.configs.prettier,
	{
		languageOptions: {
			globals: { ...globals.browser, ...globals.node, __BUILD__: 'readonly' },
			parserOptions: {
				projectService: { allowDefaultProject: ['*.js', '*.mjs'] },
				tsconfigRootDir: import.meta.dirname,
				extraFileExtensions: ['.svelte']
			}
		},
		rules: {
			'no-console': 'error',
			'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
			'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
			'no-restricted-syntax': [
				'error',
				{ selector: "NewExpression[callee.name='Worker']", message: 'Workers start through spawnWorker().' },
				{
					selector: "NewExpression[callee.name='SharedWorker']",
					message: 'Workers start through spawnWorker().'
				}
			],
			'@typescript-eslint/restrict-template-expressions': [
				'error',
				{ allowNumber: true, allowBoolean: true }
			],
			'@typescript-eslint/consistent-type-imports': 'error',
			'@typescript-eslint/switch-exhaustiveness-check': 'error',
			'@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
			'@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
			'@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'always' }],
			'@typescript-eslint/prefer-promise-reject-errors': 'off',
			// A signal without a value is a Signal<void>.
			'@typescript-eslint/no-invalid-void-type': 'off'
		}
	},
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
		rules: { 'svelte/no-navigation-without-resolve': 'off', 'svelte/no-at-html-tags': 'error' }
	},
	{
		files: [
			'tools/**',
			'embedded/**',
			'server/**',
			'conformance/**',
			'bench/**',
			'e2e/**',
			'*.config.*',
			'**/*.mjs'
		],
		rules: { 'no-console': 'off', 'no-restricted-exports': 'off' }
	},
	{
		files: ['**/*.js', '**/*.mjs'],
		...ts.configs.disableTypeChecked
	},
	...roomRules
);
