// The rooms of src/ and what each may import. One table; the rule beside it and its test read it.
// See "Rooms" in README.md: app -> view -> protocol <- engine -> scenarios -> workloads -> kernel.

/**
 * @typedef {object} Room
 * @property {string[]} rooms      rooms it may import values and types from
 * @property {string[]} [types]    rooms it may import types from, nothing else
 * @property {string[] | '*'} npm  packages it may import; '*' is any but those in `not`
 * @property {string[]} [not]      packages it may not import although npm is '*'
 * @property {boolean} [node]      may import node: modules
 */

/** @type {Record<string, Room>} */
export const ROOMS = {
  kernel: { rooms: [], npm: [] },
  workloads: { rooms: ['kernel'], npm: ['valibot'] },
  scenarios: { rooms: ['workloads', 'kernel'], npm: [] },
  formats: { rooms: ['scenarios', 'workloads', 'kernel'], npm: ['valibot', 'fflate'] },
  protocol: { rooms: [], npm: ['valibot', 'fflate'] },
  shell: { rooms: ['scenarios', 'workloads', 'kernel', 'protocol', 'formats'], npm: [] },
  engine: { rooms: ['shell', 'scenarios', 'workloads', 'kernel', 'protocol', 'formats'], npm: ['comlink'] },
  cli: { rooms: ['shell', 'scenarios', 'workloads', 'kernel', 'protocol', 'formats'], npm: [], node: true },
  view: { rooms: ['protocol'], npm: ['pixi.js'] },
  app: { rooms: ['view', 'protocol'], types: ['engine'], npm: '*', not: ['pixi.js'] },
};

/** What tests may import on top of their room's list. */
export const TEST_PACKAGES = ['vitest', 'fast-check'];

export const TEST_FILE = /\.(test|test-util)\.tsx?$/;
