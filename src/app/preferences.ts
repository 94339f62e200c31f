/** Theme, palette and motion: from the person's system and last visit, to the document and the picture. */
import type { Lab } from './lab.ts';
import { useView, type Theme } from './store.ts';

const KEY = 'autonuma-lab.view';

interface Stored {
  theme?: Theme;
  palette?: 'okabe-ito' | 'tol';
}

/** Private windows may refuse storage; then nothing is remembered. */
function load(): Stored {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return typeof stored === 'object' && stored !== null ? stored : {};
  } catch {
    return {};
  }
}

function save(stored: Stored): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(stored));
  } catch {
    // Not remembered.
  }
}

/** Set the view from the preferences and keep document and picture in step with it. */
export function followPreferences(lab: Lab): void {
  const light = matchMedia('(prefers-color-scheme: light)');
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  const stored = load();
  // A theme the person chose here wins over the system's.
  let chosen = stored.theme;
  const systemTheme = (): Theme => (light.matches ? 'light' : 'dark');
  useView.setState({
    theme: chosen === 'dark' || chosen === 'light' ? chosen : systemTheme(),
    palette: stored.palette === 'tol' ? 'tol' : 'okabe-ito',
    reducedMotion: still.matches,
  });
  light.addEventListener('change', () => {
    if (!chosen) useView.setState({ theme: systemTheme() });
  });
  still.addEventListener('change', () => useView.setState({ reducedMotion: still.matches }));
  document.documentElement.dataset.theme = useView.getState().theme;

  useView.subscribe((view, before) => {
    const { picture } = lab;
    if (view.theme !== before.theme) {
      document.documentElement.dataset.theme = view.theme;
      if (!lab.adopting && (view.theme !== systemTheme() || chosen)) chosen = view.theme;
      picture?.setTheme(view.theme);
    }
    if (view.palette !== before.palette) picture?.setPalette(view.palette);
    if (view.reducedMotion !== before.reducedMotion) picture?.setReducedMotion(view.reducedMotion);
    if (view.colourBy !== before.colourBy) picture?.setColourBy(view.colourBy);
    if (!lab.adopting && (view.theme !== before.theme || view.palette !== before.palette)) {
      save(chosen ? { theme: chosen, palette: view.palette } : { palette: view.palette });
    }
    lab.pump?.wake();
  });
}
