// What would make two runs of one seed differ, or the same seed differ between browsers.
// ECMAScript leaves the precision of these Math functions to the engine; sqrt, abs, floor, imul and
// the like are exact and stay allowed.

const INEXACT_MATH = [
  ...['exp', 'expm1', 'pow', 'log', 'log1p', 'log2', 'log10', 'hypot', 'cbrt'],
  ...['sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'atan2'],
  ...['sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh'],
];

const CLOCKS = ['Date', 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'];
const HOSTS = ['process', 'console', 'globalThis', 'global', 'self', 'window', 'document', 'navigator'];
const OTHERS = [
  'requestAnimationFrame',
  'fetch',
  'crypto',
  'Intl',
  'Buffer',
  'WeakRef',
  'FinalizationRegistry',
];

/** @param {string} name */
const noGlobal = (name) => ({ name, message: 'Simulated code has no host and no clock: pass it in.' });

const noRandom = {
  object: 'Math',
  property: 'random',
  message: "Draw from the state's own generator, so that a seed is a run.",
};

/** For kernel: the whole fence. @type {import('eslint').Linter.RulesRecord} */
export const kernelRules = {
  'no-restricted-globals': ['error', ...[...CLOCKS, ...HOSTS, ...OTHERS].map(noGlobal)],
  'no-restricted-properties': [
    'error',
    noRandom,
    ...INEXACT_MATH.map((property) => ({
      object: 'Math',
      property,
      message: 'Not the same in every engine: use integers, a table, or sqrt.',
    })),
    { property: 'toLocaleString', message: 'Depends on the host.' },
    { property: 'localeCompare', message: 'Depends on the host: compare with < and >.' },
  ],
  'no-restricted-syntax': [
    'error',
    {
      selector: "BinaryExpression[operator='**'], AssignmentExpression[operator='**=']",
      message: '** is not the same in every engine: write the constant, or a shift.',
    },
    {
      selector: "MemberExpression[object.name='Math'][computed=true]:not([property.type='Literal'])",
      message: 'Name the Math function, so that the fence can judge it.',
    },
    {
      selector: "VariableDeclarator[init.name='Math'], AssignmentExpression[right.name='Math']",
      message: 'Use Math.name in place, so that the fence can judge it.',
    },
  ],
};

/** For workloads and scenarios: no clock, no host, no dice. @type {import('eslint').Linter.RulesRecord} */
export const dataRules = {
  'no-restricted-globals': ['error', ...[...CLOCKS, ...HOSTS, ...OTHERS].map(noGlobal)],
  'no-restricted-properties': ['error', noRandom],
};
