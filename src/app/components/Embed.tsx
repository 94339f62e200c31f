/** The lab inside another page (`?embed=1`): picture, sentence, play, time, and the way to all of it. Nothing else. */
import { useEffect, useRef } from 'react';
import { captionNow } from '../caption-text.ts';
import { CAPTION_INTERVAL_MS } from '../constants.ts';
import { formatTick } from '../format.ts';
import { useObservation } from '../store.ts';
import '../styles/share.css';
import { Banner } from './Banner.tsx';
import { SpokenCaption } from './Caption.tsx';
import { Notices } from './Notices.tsx';
import { PlayButton } from './PlayButton.tsx';
import { Stage } from './Stage.tsx';
import { useLab, usePolled } from './use-lab.ts';

export default function Embed() {
  const lab = useLab();
  const root = useRef<HTMLDivElement>(null);

  // Nobody looks: the simulation waits until it is scrolled back into sight.
  useEffect(() => {
    let release: (() => void) | null = null;
    const observer = new IntersectionObserver(([entry]) => {
      if (entry.isIntersecting) {
        release?.();
        release = null;
      } else release ??= lab.hold();
    });
    if (root.current) observer.observe(root.current);
    return () => observer.disconnect();
  }, [lab]);

  return (
    <div className="embed" ref={root}>
      <Stage fill />
      <Banner />
      <Sentence />
      <Bar />
      <Notices />
    </div>
  );
}

function Sentence() {
  const caption = usePolled(captionNow, CAPTION_INTERVAL_MS);
  return (
    <>
      <p className="embed-caption" data-testid="caption">
        {caption}
      </p>
      <SpokenCaption />
    </>
  );
}

function Bar() {
  const lab = useLab();
  const tick = useObservation((state) => state.summary?.tick ?? 0);
  return (
    <div className="embed-bar">
      <PlayButton />
      <span className="time" data-testid="time">
        t = {formatTick(tick)} s
      </span>
      <a
        href="./"
        target="_blank"
        rel="noopener"
        onPointerDown={(event) => (event.currentTarget.href = lab.address.address({ exact: true }))}
        onFocus={(event) => (event.currentTarget.href = lab.address.address({ exact: true }))}
        onClick={(event) => (event.currentTarget.href = lab.address.address({ exact: true }))}
      >
        Open full
      </a>
    </div>
  );
}
