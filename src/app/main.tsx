/** The beginning: the worker and the picture's code load while React mounts. */
import { createRoot } from 'react-dom/client';
import './styles/base.css';
import './styles/parts.css';
import './styles/timeline.css';
import './styles/panels.css';
import './styles/layout.css';
import './styles/gallery.css';
import { App } from './App.tsx';
import { LabContext } from './components/use-lab.ts';
import { bindKeys } from './keys.ts';
import { Lab } from './lab.ts';
import { exposeForTests } from './testing.ts';
import { followPreferences } from './preferences.ts';

const lab = new Lab();
followPreferences(lab);
bindKeys(lab);
exposeForTests(lab);
const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <LabContext value={lab}>
    <App />
  </LabContext>,
);
void lab.start();
