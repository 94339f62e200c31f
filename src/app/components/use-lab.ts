/** How components reach the lab, its commands, and figures that change often. */
import { createContext, use, useCallback, useSyncExternalStore } from 'react';
import { makePalette, type Palette } from '../../view/palettes.ts';
import { commandById } from '../commands.ts';
import type { Lab } from '../lab.ts';
import { useView } from '../store.ts';

export const LabContext = createContext<Lab | null>(null);

/** The lab. */
export function useLab(): Lab {
  const lab = use(LabContext);
  if (!lab) throw new Error('no LabContext above this component');
  return lab;
}

/** Run a command by its id. */
export function useRun(): (id: string, value?: string) => void {
  const lab = useLab();
  return useCallback((id, value) => void commandById(id).run(lab, value), [lab]);
}

/** Look at something that changes often, at most every so many milliseconds. `read` must give stable values. */
export function usePolled<T>(read: () => T, milliseconds: number): T {
  const subscribe = useCallback(
    (changed: () => void) => {
      const timer = window.setInterval(changed, milliseconds);
      return () => window.clearInterval(timer);
    },
    [milliseconds],
  );
  return useSyncExternalStore(subscribe, read);
}

/** The colours the picture uses now. */
export function usePalette(): Palette {
  const theme = useView((view) => view.theme);
  const palette = useView((view) => view.palette);
  return makePalette(theme, palette);
}
