// ESLint rule: a file in src/<room> imports only what the table in rooms.mjs allows.
// Paths are resolved, so '../../kernel/mm/x.ts' and '../kernel/x.ts' are judged by where they lead.
import path from 'node:path';
import { isBuiltin } from 'node:module';
import { ROOMS, TEST_FILE, TEST_PACKAGES } from './rooms.mjs';

/** @param {string} specifier */
const packageOf = (specifier) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/**
 * Why a file may not import this, or null if it may.
 * @param {string} file        absolute path of the importing file
 * @param {string} src         absolute path of src/
 * @param {string} specifier   what the import says
 * @param {boolean} typeOnly   an `import type`
 * @returns {string | null}
 */
export function trespass(file, src, specifier, typeOnly) {
  const inside = path.relative(src, file);
  const name = inside.split(path.sep)[0];
  const room = ROOMS[name];
  if (inside.startsWith('..') || !room) return null;
  const isTest = TEST_FILE.test(file);
  const bare = specifier.replace(/\?.*$/, '');

  if (bare.startsWith('.')) {
    const target = path.relative(src, path.resolve(path.dirname(file), bare));
    const to = target.split(path.sep)[0];
    if (to === name || room.rooms.includes(to)) return null;
    if (room.types?.includes(to)) {
      return typeOnly ? null : `${name} may import only types from ${to}: write "import type"`;
    }
    return `${name} may not import from ${to === '..' ? 'outside src' : to}`;
  }
  if (bare.startsWith('/') || bare.startsWith('#')) return `${name}: write imports as relative paths`;
  if (isBuiltin(bare)) return room.node || isTest ? null : `${name} may not import Node's ${bare}`;

  const pkg = packageOf(bare);
  if (isTest && TEST_PACKAGES.includes(pkg)) return null;
  const allowed = room.npm === '*' ? !room.not?.includes(pkg) : room.npm.includes(pkg);
  return allowed ? null : `${name} may not import the package ${pkg}`;
}

/** @type {import('eslint').Rule.RuleModule} */
export const roomFence = {
  meta: {
    type: 'problem',
    docs: { description: 'imports follow the dependency rules of scripts/eslint/rooms.mjs' },
    schema: [],
    messages: {
      trespass: '{{why}} (scripts/eslint/rooms.mjs).',
      literal: 'import() needs a literal path, so that the fence can judge it.',
      extension: 'Write relative imports with their file extension: "./thing.ts".',
    },
  },
  create(context) {
    const src = path.join(context.cwd, 'src');

    /**
     * @param {any} node
     * @param {any} source
     * @param {boolean} typeOnly
     */
    const judge = (node, source, typeOnly) => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') {
        if (source && !path.relative(src, context.filename).startsWith('..')) {
          context.report({ node, messageId: 'literal' });
        }
        return;
      }
      const why = trespass(context.filename, src, source.value, typeOnly);
      if (why) context.report({ node: source, messageId: 'trespass', data: { why } });
      if (/^\.\.?(\/|$)/.test(source.value) && !/\.[a-z0-9]+(\?.*)?$/.test(source.value)) {
        context.report({ node: source, messageId: 'extension' });
      }
    };

    // Type-only nodes are TypeScript's, unknown to ESLint's own types.
    return /** @type {any} */ ({
      /** @param {any} n */
      ImportDeclaration: (n) => judge(n, n.source, n.importKind === 'type'),
      /** @param {any} n */
      ExportNamedDeclaration: (n) => n.source && judge(n, n.source, n.exportKind === 'type'),
      /** @param {any} n */
      ExportAllDeclaration: (n) => judge(n, n.source, n.exportKind === 'type'),
      /** @param {any} n */
      ImportExpression: (n) => judge(n, n.source, false),
      /** @param {any} n */
      TSImportType: (n) => judge(n, n.source ?? n.argument?.literal, true),
      /** @param {any} n */
      TSExternalModuleReference: (n) => judge(n, n.expression, false),
    });
  },
};
