import { describe, expect, it } from 'vitest';
import { COMMAND_GROUPS, COMMANDS, commandById, commandHint } from './commands.ts';

describe('the command registry', () => {
  it('has unique ids', () => {
    const ids = COMMANDS.map((command) => command.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('knows every command that a component asks for', () => {
    // Vite replaces the call below by the files' texts.
    const sources = import.meta.glob('./**/*.tsx', { query: '?raw', import: 'default', eager: true });
    const asked = Object.values(sources as Record<string, string>).flatMap((text) =>
      [...text.matchAll(/(?:commandHint|commandById|\brun)\(\s*'([a-z]+\.[a-z-]+)'/g)].map(([, id]) => id),
    );
    expect(asked.length).toBeGreaterThan(20);
    const ids = COMMANDS.map((command) => command.id);
    expect(asked.filter((id) => !ids.includes(id))).toEqual([]);
  });

  it('gives no key to two commands', () => {
    const keys = COMMANDS.flatMap((command) => command.keys ?? []).map((key) => key.toUpperCase());
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('shows a key for every binding and a title, group and action for every command', () => {
    for (const command of COMMANDS) {
      expect(command.title).not.toBe('');
      expect(COMMAND_GROUPS).toContain(command.group);
      expect(Boolean(command.keys)).toBe(Boolean(command.keyLabel));
    }
  });

  it('keeps the choices of a command apart', () => {
    for (const command of COMMANDS) {
      const values = command.choices?.().map(({ value }) => value) ?? [];
      expect(new Set(values).size).toBe(values.length);
    }
  });

  it('finds commands by id', () => {
    expect(commandHint('run.toggle')).toBe('Play or pause (Space)');
    expect(() => commandById('nothing')).toThrow(/no command/);
  });
});
