/** The lab inside another page (`?embed=1`): picture, sentence, play, time, and the way to all of it. Nothing else. */
import { Pause, Play } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { captionNow } from '../caption-text.ts';
import { commandHint } from '../commands.ts';
import { CAPTION_INTERVAL_MS } from '../constants.ts';
import { formatTick } from '../format.ts';
import { useObservation } from '../store.ts';
import '../styles/share.css';
import { Banner } from './Banner.tsx';
import { SpokenCaption } from './Caption.tsx';
import { Notices } from './Notices.tsx';
import { Stage } from './Stage.tsx';
import { useLab, usePolled, useRun } from './use-lab.ts';

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
  const run = useRun();
  const playing = useObservation((state) => state.summary?.playing ?? false);
  const finished = useObservation((state) => state.summary?.finished ?? false);
  const ready = useObservation((state) => state.status === 'ready');
  const tick = useObservation((state) => state.summary?.tick ?? 0);
  return (
    <div className="embed-bar">
      <button
        type="button"
        className="primary play"
        disabled={!ready}
        title={commandHint('run.toggle')}
        onClick={() => run('run.toggle')}
      >
        {playing ? <Pause size={14} /> : <Play size={14} />}
        {playing ? 'Pause' : finished ? 'Again' : 'Play'}
      </button>
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
