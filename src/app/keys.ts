/** Keys from the command registry to the page. */
import { tinykeys } from 'tinykeys';
import { COMMANDS, type Command } from './commands.ts';
import type { Lab } from './lab.ts';

/** Text goes where the person types; space and enter belong to a focused button, Escape to an open popover. */
function belongsToTarget(event: KeyboardEvent): boolean {
  // Escape closes an open popover, as the browser does it.
  if (event.code === 'Escape' && document.querySelector(':popover-open')) return true;
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches('textarea, select')) return true;
  if (target instanceof HTMLInputElement) {
    if (target.type !== 'range' && target.type !== 'checkbox') return true;
    return event.code === 'Space' || event.code.startsWith('Arrow');
  }
  return (event.code === 'Space' || event.code === 'Enter') && target.closest('button, a, summary') !== null;
}

/** Listen to the keys of the commands; returns the way to stop. */
export function bindKeys(lab: Lab, commands: readonly Command[] = COMMANDS): () => void {
  const bindings: Record<string, (event: KeyboardEvent) => void> = {};
  for (const command of commands) {
    for (const key of command.keys ?? []) {
      const global = key.startsWith('$mod');
      bindings[key] = (event) => {
        // The focused picture has its own arrows, zoom keys and Enter.
        if (event.defaultPrevented) return;
        // An open dialog has the keyboard; only what opens the palette goes through.
        if (!global && (document.querySelector('dialog[open]') || belongsToTarget(event))) return;
        event.preventDefault();
        void command.run(lab);
      };
    }
  }
  return tinykeys(window, bindings);
}
