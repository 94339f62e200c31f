/** The host of the picture: React gives it a place and a height, everything inside is the picture's. */
import { useEffect, useRef } from 'react';
import type { Picture } from '../../view/picture.ts';
import { SPOKEN_CAPTION_INTERVAL_MS } from '../constants.ts';
import type { Lab } from '../lab.ts';
import { useObservation, useView } from '../store.ts';
import { Tooltip } from './Tooltip.tsx';
import { useLab, usePolled } from './use-lab.ts';

type PictureModule = typeof import('../../view/picture.ts');

export function Stage() {
  const lab = useLab();
  const scroller = useRef<HTMLElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const pictureError = useObservation((state) => state.pictureError);
  useEffect(() => {
    if (!scroller.current || !host.current) return undefined;
    return fillStage(lab, scroller.current, host.current);
  }, [lab]);
  return (
    <main className="stage" ref={scroller}>
      <div
        ref={host}
        className="picture"
        data-picture=""
        data-testid="picture"
        role="group"
        aria-label="Picture of nodes, CPUs, memory and processes"
        aria-describedby="picture-description"
      />
      <Description />
      {pictureError && (
        <p className="picture-error" role="alert">
          There is no picture: {pictureError}. The panels and charts work without it.
        </p>
      )}
      <Tooltip />
    </main>
  );
}

/** The picture in words. */
function Description() {
  const description = usePolled(
    () => useObservation.getState().summary?.description ?? '',
    SPOKEN_CAPTION_INTERVAL_MS,
  );
  return (
    <p id="picture-description" className="sr-only">
      {description}
    </p>
  );
}

/** Make the picture and keep its height right; returns the way to take it down. */
function fillStage(lab: Lab, scroller: HTMLElement, host: HTMLElement): () => void {
  let gone = false;
  let picture: Picture | null = null;
  let module: PictureModule | null = null;
  let frame = 0;

  const fit = () => {
    frame = 0;
    const { boot, summary } = useObservation.getState();
    if (!module || !boot) return;
    const width = scroller.clientWidth;
    const alive = summary?.processes.filter((process) => process.alive).length ?? 2;
    const wanted = module.pictureHeight(width, boot.machine, Math.max(1, alive));
    const stacked = getComputedStyle(scroller).overflowY === 'visible';
    const height = stacked ? wanted : Math.max(wanted, scroller.clientHeight);
    host.style.height = `${Math.floor(height)}px`;
  };
  const scheduleFit = () => {
    frame ||= requestAnimationFrame(fit);
  };
  const observer = new ResizeObserver(scheduleFit);
  observer.observe(scroller);
  const unsubscribe = useObservation.subscribe((now, before) => {
    if (now.boot !== before.boot || now.summary?.processes.length !== before.summary?.processes.length)
      scheduleFit();
  });

  const create = async () => {
    module = await import('../../view/picture.ts');
    if (gone) return;
    fit();
    const made = await module.createPicture(host, {
      onHover: (target, x, y) => lab.hover.set(target, x, y),
      onSelect: (target) => lab.select(target),
      onViewChange: () => lab.pump?.wake(),
    });
    if (gone) {
      made.destroy();
      return;
    }
    picture = made;
    const view = useView.getState();
    picture.setTheme(view.theme);
    picture.setPalette(view.palette);
    picture.setReducedMotion(view.reducedMotion);
    picture.setColourBy(view.colourBy);
    lab.attach(picture, host);
    fit();
  };
  create().catch((error: unknown) => {
    useObservation.setState({ pictureError: error instanceof Error ? error.message : String(error) });
  });

  return () => {
    gone = true;
    cancelAnimationFrame(frame);
    observer.disconnect();
    unsubscribe();
    lab.attach(null, null);
    picture?.destroy();
  };
}
