/** The host of the picture: React gives it a place and a height, everything inside is the picture's. */
import { useEffect, useRef } from 'react';
import type { Picture } from '../../view/picture.ts';
import { SPOKEN_CAPTION_INTERVAL_MS } from '../constants.ts';
import type { Lab } from '../lab.ts';
import { useObservation, useView } from '../store.ts';
import { Tooltip } from './Tooltip.tsx';
import { useLab, usePolled } from './use-lab.ts';

/** Rows to keep room for until the first summary says how many there are. */
const EXPECTED_PROCESSES = 2;

type PictureModule = typeof import('../../view/picture.ts');

/** @param fill the picture is exactly as high as its place, however little that is */
export function Stage({ fill = false }: { fill?: boolean }) {
  const lab = useLab();
  const scroller = useRef<HTMLElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const pictureError = useObservation((state) => state.pictureError);
  useEffect(() => {
    if (!scroller.current || !host.current) return undefined;
    return fillStage(lab, scroller.current, host.current, fill);
  }, [lab, fill]);
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
function fillStage(lab: Lab, scroller: HTMLElement, host: HTMLElement, fill: boolean): () => void {
  let gone = false;
  let picture: Picture | null = null;
  let module: PictureModule | null = null;
  let frame = 0;
  const narrow = matchMedia('(max-width: 860px)');

  const fit = () => {
    frame = 0;
    const { boot, summary } = useObservation.getState();
    if (!module || !boot || fill) return;
    const wanted = module.pictureHeight(
      scroller.offsetWidth,
      boot.machine,
      summary?.processes.length ?? EXPECTED_PROCESSES,
    );
    // On a narrow page the page scrolls, otherwise the stage; decided here so that a scroll bar cannot flicker.
    const stacked = narrow.matches;
    scroller.style.overflowY = stacked ? '' : wanted > scroller.offsetHeight ? 'scroll' : 'hidden';
    host.style.height = `${Math.floor(stacked ? wanted : Math.max(wanted, scroller.clientHeight))}px`;
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
      onHover: (target, x, y) => {
        const { left, top } = host.getBoundingClientRect();
        lab.hover.set(target, left + x, top + y);
      },
      onSelect: (target) => lab.select(target),
      onViewChange: () => {
        lab.pump?.wake();
        lab.address.changed();
      },
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
