/** One sentence that says what is happening now, and how the maps are coloured and zoomed. */
import { Maximize, Minus, Plus } from 'lucide-react';
import { COLOUR_BY } from '../../protocol/frame.ts';
import { captionNow } from '../caption-text.ts';
import { COLOUR_BY_TITLES, commandHint } from '../commands.ts';
import { CAPTION_INTERVAL_MS, SPOKEN_CAPTION_INTERVAL_MS } from '../constants.ts';
import { useView } from '../store.ts';
import { usePolled, useRun } from './use-lab.ts';

export function Caption() {
  const run = useRun();
  const caption = usePolled(captionNow, CAPTION_INTERVAL_MS);
  const colourBy = useView((view) => view.colourBy);
  return (
    <section className="caption" aria-label="What is happening, colours and zoom">
      <p data-testid="caption">{caption}</p>
      <SpokenCaption />
      <label className="field">
        <span>colour by</span>
        <select
          value={colourBy}
          title={commandHint('view.colour-by')}
          onChange={(event) => run('view.colour-by', event.target.value)}
        >
          {COLOUR_BY.map((each) => (
            <option key={each} value={each}>
              {COLOUR_BY_TITLES[each]}
            </option>
          ))}
        </select>
      </label>
      <span className="joined" role="group" aria-label="Zoom">
        <button
          type="button"
          className="icon"
          title={commandHint('view.zoom-out')}
          aria-label="Zoom out"
          onClick={() => run('view.zoom-out')}
        >
          <Minus size={14} />
        </button>
        <button
          type="button"
          className="icon"
          title={commandHint('view.fit')}
          aria-label="Whole nodes"
          onClick={() => run('view.fit')}
        >
          <Maximize size={13} />
        </button>
        <button
          type="button"
          className="icon"
          title={commandHint('view.zoom-in')}
          aria-label="Zoom in"
          onClick={() => run('view.zoom-in')}
        >
          <Plus size={14} />
        </button>
      </span>
    </section>
  );
}

/** The screen reader's copy changes rarely enough to be spoken. */
export function SpokenCaption() {
  const caption = usePolled(captionNow, SPOKEN_CAPTION_INTERVAL_MS);
  return (
    <p className="sr-only" aria-live="polite">
      {caption}
    </p>
  );
}
