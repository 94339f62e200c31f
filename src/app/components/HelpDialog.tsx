/** The `?` sheet: what the picture means, and every key, from the command registry. */
import { css } from '../../view/colour.ts';
import { nodeCss, processColour } from '../../view/palettes.ts';
import { COMMAND_GROUPS, COMMANDS } from '../commands.ts';
import { Dialog } from './Dialog.tsx';
import { usePalette } from './use-lab.ts';

export default function HelpDialog() {
  const palette = usePalette();
  const swatch = (background: string) => <span className="swatch" style={{ background }} />;
  return (
    <Dialog id="help" title="What you see, and the keys">
      <section className="legend">
        <p>
          Every cell of a node is one page frame of 4 KiB. {swatch(css(processColour(palette, 0)))}
          {swatch(css(processColour(palette, 1)))} Colours are processes, shades their threads; dark is free,
          grey is the kernel and the page cache, white sparks have just moved. {swatch(nodeCss(palette, 0))}
          {swatch(nodeCss(palette, 1))} Where an address space or a weight is drawn, colours are nodes.
        </p>
        <p>
          <code>knuma_scand</code> marks pages; the next touch is a NUMA hinting fault that says who uses
          them. When the same node asks twice in a row, the page is queued, and <code>knuma_migratedN</code>{' '}
          pulls it to node N. Threads move towards their memory by <code>sched_autonuma_balance</code>.
          Everything runs in this page; nothing is sent anywhere.
        </p>
      </section>
      <p>
        Wheel or pinch zooms a map, dragging moves it, with Alt one node alone. With the picture focused the
        arrows go from cell to cell (with Shift one at a time) and Enter selects.
      </p>
      <div className="keys">
        {COMMAND_GROUPS.map((group) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {COMMANDS.filter((command) => command.group === group && command.keyLabel).map((command) => (
                <div key={command.id}>
                  <dt>
                    <kbd>{command.keyLabel}</kbd>
                  </dt>
                  <dd>{command.title}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
