import path from 'node:path';
import { ESLint, type Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import { ROOMS } from './eslint/rooms.mjs';

const cwd = path.resolve(import.meta.dirname, '..');

// Typed rules need a file that exists; the fences do not, so these snippets can live anywhere.
const untyped: Linter.Config = {
  languageOptions: { parserOptions: { projectService: false, project: false } },
  rules: {
    '@typescript-eslint/no-floating-promises': 'off',
    '@typescript-eslint/no-misused-promises': 'off',
    '@typescript-eslint/await-thenable': 'off',
    '@typescript-eslint/only-throw-error': 'off',
    '@typescript-eslint/switch-exhaustiveness-check': 'off',
  },
};
const fences = new ESLint({ cwd, overrideConfig: untyped });
const typed = new ESLint({ cwd });

const FENCES = [
  'lab/room-fence',
  'no-restricted-globals',
  'no-restricted-properties',
  'no-restricted-syntax',
  'react-hooks/rules-of-hooks',
];

/** The fence rules that fire on this text, were it in this file. */
async function fired(file: string, text: string): Promise<string[]> {
  const [result] = await fences.lintText(text, { filePath: path.join(cwd, file) });
  const broken = result.messages.filter((message) => message.fatal);
  expect(broken, 'the snippet parses and the file is linted').toEqual([]);
  return result.messages.flatMap(({ ruleId }) => (ruleId && FENCES.includes(ruleId) ? [ruleId] : []));
}

describe('room fence: forbidden', () => {
  it.each([
    ['src/kernel/a.ts', `import { x } from '../view/x.ts';`],
    ['src/kernel/a.ts', `import type { X } from '../protocol/x.ts';`],
    ['src/kernel/a.ts', `export * from '../workloads/x.ts';`],
    ['src/kernel/a.ts', `export { x } from '../engine/x.ts';`],
    ['src/kernel/a.ts', `export const x = import('../app/x.ts');`],
    ['src/kernel/a.ts', `export let x: import('../scenarios/x.ts').X;`],
    ['src/kernel/mm/a.ts', `import { x } from '../../view/x.ts';`],
    ['src/kernel/a.ts', `import { x } from '../../bench/x.ts';`],
    ['src/kernel/a.ts', `import * as v from 'valibot';`],
    ['src/kernel/a.ts', `import fs from 'node:fs';`],
    ['src/kernel/a.ts', `import fs from 'fs';`],
    ['src/kernel/a.test.ts', `import { x } from '../view/x.ts';`],
    ['src/workloads/a.ts', `import { x } from '../scenarios/x.ts';`],
    ['src/workloads/a.ts', `import { x } from 'fflate';`],
    ['src/scenarios/a.ts', `import { x } from '../protocol/x.ts';`],
    ['src/scenarios/a.ts', `import { x } from '../formats/x.ts';`],
    ['src/formats/a.ts', `import { x } from '../engine/x.ts';`],
    ['src/protocol/a.ts', `import type { X } from '../kernel/x.ts';`],
    ['src/engine/a.ts', `import { x } from '../view/x.ts';`],
    ['src/engine/a.ts', `import type { X } from '../app/x.ts';`],
    ['src/engine/a.ts', `import React from 'react';`],
    ['src/cli/a.ts', `import { x } from '../engine/x.ts';`],
    ['src/cli/a.ts', `import { x } from '../view/x.ts';`],
    ['src/view/a.ts', `import { x } from '../kernel/x.ts';`],
    ['src/view/a.ts', `import { x } from '../engine/x.ts';`],
    ['src/view/a.ts', `import React from 'react';`],
    ['src/app/a.tsx', `import { x } from '../kernel/x.ts';`],
    ['src/app/a.tsx', `import type { X } from '../scenarios/x.ts';`],
    ['src/app/a.tsx', `import { x } from '../engine/x.ts';`],
    ['src/app/a.tsx', `import { type X } from '../engine/x.ts';`],
    ['src/app/panels/a.tsx', `import Engine from '../../engine/worker.ts?worker';`],
    ['src/app/a.tsx', `import { Application } from 'pixi.js';`],
    ['src/app/a.tsx', `import { Mesh } from 'pixi.js/lib/x';`],
    ['src/app/a.tsx', `import fs from 'node:fs';`],
    ['src/engine/a.ts', `export const load = (x: string) => import(x);`],
    ['src/kernel/a.ts', `import { x } from './mm/x';`],
    ['src/kernel/a.ts', `import { x } from './mm';`],
  ])('%s: %s', async (file, text) => {
    expect(await fired(file, text)).toContain('lab/room-fence');
  });
});

describe('room fence: allowed', () => {
  it.each([
    ['src/kernel/mm/a.ts', `import { x } from '../sched/x.ts';`],
    ['src/kernel/mm/view/a.ts', `import { x } from '../../engine/x.ts';`],
    [
      'src/kernel/a.test.ts',
      `import { it } from 'vitest'; import fc from 'fast-check'; import fs from 'node:fs';`,
    ],
    ['src/workloads/a.ts', `import { x } from '../kernel/kernel.ts'; import * as v from 'valibot';`],
    ['src/scenarios/a.ts', `import { x } from '../kernel/x.ts'; import { y } from '../workloads/y.ts';`],
    ['src/formats/a.ts', `import { x } from '../scenarios/x.ts'; import { gunzipSync } from 'fflate';`],
    ['src/protocol/a.ts', `import * as v from 'valibot'; import { x } from './x.ts';`],
    ['src/engine/a.ts', `import { expose } from 'comlink'; import { x } from '../formats/x.ts';`],
    ['src/cli/a.ts', `import fs from 'node:fs'; import { x } from '../formats/x.ts';`],
    ['src/view/a.ts', `import { Mesh } from 'pixi.js'; import type { X } from '../protocol/x.ts';`],
    ['src/app/a.tsx', `import type { X } from '../engine/x.ts'; import { wrap } from 'comlink';`],
    ['src/app/a.tsx', `import { Slider } from '@base-ui/react/slider'; import './app.css';`],
    ['src/app/a.tsx', `import { x } from '../view/x.ts'; import { y } from '../protocol/y.ts';`],
    ['src/app/a.tsx', `export const w = () => new Worker(new URL('../engine/worker.ts', import.meta.url));`],
    ['scripts/a.ts', `import { x } from '../src/kernel/x.ts';`],
  ])('%s: %s', async (file, text) => {
    expect(await fired(file, text)).toEqual([]);
  });

  it('points one way only', () => {
    const reach = (room: string): string[] =>
      [...ROOMS[room].rooms, ...(ROOMS[room].types ?? [])].flatMap((next) => [next, ...reach(next)]);
    for (const room of Object.keys(ROOMS)) expect(reach(room)).not.toContain(room);
  });
});

describe('determinism', () => {
  it.each([
    ['no-restricted-properties', `Math.random()`],
    ['no-restricted-properties', `Math.exp(1)`],
    ['no-restricted-properties', `Math.pow(2, 3)`],
    ['no-restricted-properties', `Math.log2(8)`],
    ['no-restricted-properties', `Math['hypot'](3, 4)`],
    ['no-restricted-properties', `(() => { const { sin } = Math; return sin(1); })()`],
    ['no-restricted-properties', `'a'.localeCompare('b')`],
    ['no-restricted-syntax', `2 ** 10`],
    ['no-restricted-syntax', `(() => { let x = 2; x **= 3; return x; })()`],
    ['no-restricted-syntax', `Math['random' + '']()`],
    ['no-restricted-syntax', `(() => { const m = Math; return m.random(); })()`],
    ['no-restricted-globals', `Date.now()`],
    ['no-restricted-globals', `new Date()`],
    ['no-restricted-globals', `performance.now()`],
    ['no-restricted-globals', `process.env`],
    ['no-restricted-globals', `console.log(1)`],
    ['no-restricted-globals', `globalThis`],
    ['no-restricted-globals', `setTimeout(() => 0, 1)`],
    ['no-restricted-globals', `document.title`],
  ])('kernel: %s on %s', async (rule, expression) => {
    const text = `export const x = ${expression};`;
    expect(await fired('src/kernel/sched/a.ts', text)).toContain(rule);
    expect(await fired('src/kernel/sched/a.test.ts', text), 'tests may').toEqual([]);
  });

  it('kernel: exact arithmetic is free', async () => {
    const text = `export const x = Math.sqrt(2) + Math.imul(3, 4) + Math.floor(1.5) + Math.min(1, 2) + (1 << 4);`;
    expect(await fired('src/kernel/a.ts', text)).toEqual([]);
  });

  it('workloads and scenarios: no dice, no clock', async () => {
    for (const room of ['workloads', 'scenarios']) {
      expect(await fired(`src/${room}/a.ts`, `export const x = Math.random();`)).toEqual([
        'no-restricted-properties',
      ]);
      expect(await fired(`src/${room}/a.ts`, `export const x = Date.now();`)).toEqual([
        'no-restricted-globals',
      ]);
      expect(await fired(`src/${room}/a.ts`, `export const x = 2 ** 30;`)).toEqual([]);
    }
  });

  it('engine: has a clock', async () => {
    expect(await fired('src/engine/a.ts', `export const now = () => performance.now();`)).toEqual([]);
  });
});

describe('other rules', () => {
  it('app: hooks are called in order', async () => {
    const text = `import { useState } from 'react';
      export function A({ on }: { on: boolean }) { if (on) useState(0); return null; }`;
    expect(await fired('src/app/a.tsx', text)).toContain('react-hooks/rules-of-hooks');
  });

  it('a lost promise is an error, in typed lint', async () => {
    const text = `const f = async () => 1;\nf();\n`;
    const [result] = await typed.lintText(text, { filePath: path.join(cwd, 'scripts/fence.test.ts') });
    expect(result.messages.map((message) => message.ruleId)).toContain(
      '@typescript-eslint/no-floating-promises',
    );
  });
});
