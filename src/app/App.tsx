/** The page: header, caption, picture, side panel, charts; dialogs load when they are first opened. */
import { lazy, Suspense } from 'react';
import { Banner } from './components/Banner.tsx';
import { Caption } from './components/Caption.tsx';
import { DropZone } from './components/DropZone.tsx';
import { Header } from './components/Header.tsx';
import { Hud } from './components/Hud.tsx';
import { Notices } from './components/Notices.tsx';
import { SidePanel } from './components/SidePanel.tsx';
import { Stage } from './components/Stage.tsx';
import { Timeline } from './components/Timeline.tsx';
import { useBranches } from './branches.ts';
import { useView } from './store.ts';

const Charts = lazy(() => import('./components/Charts.tsx'));
const ScenarioBar = lazy(() => import('./components/ScenarioBar.tsx'));
const Branches = lazy(() => import('./components/Branches.tsx'));
const SeriesTable = lazy(() => import('./components/SeriesTable.tsx'));
const GalleryDialog = lazy(() => import('./components/GalleryDialog.tsx'));
const ShareDialog = lazy(() => import('./components/ShareDialog.tsx'));
const HelpDialog = lazy(() => import('./components/HelpDialog.tsx'));
const CommandsDialog = lazy(() => import('./components/CommandsDialog.tsx'));
const PublishedDialog = lazy(() => import('./components/PublishedDialog.tsx'));
const CompareView = lazy(() => import('./components/compare/CompareView.tsx'));
const ImportDialog = lazy(() => import('./components/ImportDialog.tsx'));

export function App() {
  const charts = useView((view) => view.charts);
  const dialog = useView((view) => view.dialog);
  const hud = useView((view) => view.hud);
  const open = useView((view) => view.branches);
  const branches = useBranches((state) => state.branches.length > 1) && open;
  const comparing = useView((view) => view.comparing);
  return (
    <>
      <div className="lab" hidden={comparing !== null}>
        <Header />
        <Banner />
        <Caption />
        <Suspense>
          <ScenarioBar />
        </Suspense>
        <Stage />
        <SidePanel />
        <section className="bottom" aria-label="Charts and timeline">
          {charts !== 'hidden' && (
            <Suspense fallback={<div className={charts === 'charts' ? 'charts' : 'series-table'} />}>
              {charts === 'charts' ? <Charts /> : <SeriesTable />}
            </Suspense>
          )}
          <Timeline />
          {branches && (
            <Suspense>
              <Branches />
            </Suspense>
          )}
        </section>
        {hud && <Hud />}
      </div>
      {comparing && (
        <Suspense fallback={<p className="hint">Loading the comparison …</p>}>
          <CompareView key={comparing.serial} request={comparing} />
        </Suspense>
      )}
      <Notices />
      <DropZone />
      <Suspense>
        {dialog === 'gallery' && <GalleryDialog />}
        {dialog === 'share' && <ShareDialog />}
        {dialog === 'help' && <HelpDialog />}
        {dialog === 'commands' && <CommandsDialog />}
        {dialog === 'import' && <ImportDialog />}
        {dialog === 'published' && <PublishedDialog />}
      </Suspense>
    </>
  );
}
