import js from '@eslint/js';
import globals from 'globals';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';
import { dataRules, kernelRules } from './scripts/eslint/determinism.mjs';
import { roomFence } from './scripts/eslint/room-fence.mjs';

const TESTS = ['**/*.test.ts', '**/*.test.tsx', '**/*.test-util.ts'];

export default tseslint.config(
  { ignores: ['dist/', '.tsbuild/', 'coverage/', 'test-results/', 'playwright-report/', 'public/', 'docs/'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    plugins: { lab: { rules: { 'room-fence': roomFence } } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'lab/room-fence': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'prefer-const': ['error', { destructuring: 'all' }],
      'no-restricted-imports': [
        'error',
        { name: 'zod', message: 'The schemas are valibot.' },
        { name: 'lodash', message: 'Write the three lines.' },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none', ignoreRestSiblings: true },
      ],
    },
  },
  {
    // Rules that need types: a lost promise beside a worker is a lost error.
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
    },
  },
  {
    // TypeScript knows what is defined; the projects' `lib` decides.
    files: ['**/*.ts', '**/*.tsx'],
    rules: { 'no-undef': 'off' },
  },
  { files: ['src/kernel/**/*.ts'], ignores: TESTS, rules: kernelRules },
  { files: ['src/workloads/**/*.ts', 'src/scenarios/**/*.ts'], ignores: TESTS, rules: dataRules },
  { files: ['src/app/**/*.{ts,tsx}'], ...reactHooks.configs.flat['recommended-latest'] },
  { files: ['scripts/**/*.mjs', '*.config.{js,ts}'], languageOptions: { globals: globals.node } },
);
