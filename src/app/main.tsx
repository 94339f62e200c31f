/** The beginning: the worker and the picture's code load while React mounts. */
import { lazy, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import './styles/base.css';
import './styles/parts.css';
import './styles/timeline.css';
import './styles/panels.css';
import './styles/layout.css';
import './styles/gallery.css';
import { App } from './App.tsx';
import { LabContext } from './components/use-lab.ts';
import { EMBEDDED, EMBEDDED_COMMANDS } from './embedded.ts';
import { bindKeys } from './keys.ts';
import { Lab } from './lab.ts';
import { useView } from './store.ts';
import { exposeForTests } from './testing.ts';
import { followPreferences } from './preferences.ts';

const Embed = lazy(() => import('./components/Embed.tsx'));

const lab = new Lab();
followPreferences(lab);
bindKeys(lab, EMBEDDED ? EMBEDDED_COMMANDS : undefined);
exposeForTests(lab);
const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <LabContext value={lab}>
    {EMBEDDED ? (
      <Suspense>
        <Embed />
      </Suspense>
    ) : (
      <App />
    )}
  </LabContext>,
);
// Inside another page nothing moves by itself for those who do not want it.
void lab.start(EMBEDDED && useView.getState().reducedMotion);
