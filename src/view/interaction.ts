/** Pointer, wheel and keyboard on the host, turned into what they mean. Knows nothing of what is drawn. */

export interface Controls {
  /** Node whose map is at a point of the host, -1 if none. */
  mapAt(x: number, y: number): number;
  canPan(node: number): boolean;
  hover(x: number, y: number): void;
  leave(): void;
  click(x: number, y: number): void;
  zoom(node: number, factor: number, x: number, y: number, alone: boolean): void;
  pan(node: number, dx: number, dy: number, alone: boolean): void;
  /** The wheel elsewhere; true when it was used. */
  scroll(x: number, y: number, direction: number): boolean;
  arrow(dx: number, dy: number, fine: boolean): void;
  keyZoom(factor: number): void;
  fit(): void;
  enter(): void;
  focus(visible: boolean): void;
}

/** A press that moves less than this is a click. */
const CLICK_SLOP = 4;
const KEY_ZOOM = 1.5;

const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

interface Press {
  x: number;
  y: number;
}

/** Listen on the host; returns the way to stop. */
export function attachInteraction(host: HTMLElement, controls: Controls): () => void {
  const stop = new AbortController();
  const options = { signal: stop.signal };
  const presses = new Map<number, Press>();
  let node = -1;
  let moved = 0;
  let pinch = 0;

  const place = (event: MouseEvent): Press => {
    const box = host.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const spread = (): number => {
    const [a, b] = [...presses.values()];
    return Math.hypot(a.x - b.x, a.y - b.y);
  };

  const onDown = (event: PointerEvent) => {
    if (event.button !== 0 && event.pointerType === 'mouse') return;
    const at = place(event);
    presses.set(event.pointerId, at);
    if (presses.size === 1) {
      node = controls.mapAt(at.x, at.y);
      moved = 0;
    }
    if (presses.size === 2) pinch = spread();
  };
  const onMove = (event: PointerEvent) => {
    const at = place(event);
    const press = presses.get(event.pointerId);
    if (press === undefined) {
      controls.hover(at.x, at.y);
      return;
    }
    const dx = at.x - press.x;
    const dy = at.y - press.y;
    press.x = at.x;
    press.y = at.y;
    moved += Math.abs(dx) + Math.abs(dy);
    if (node < 0 || moved < CLICK_SLOP) return;
    if (presses.size === 2) {
      const now = spread();
      const [a, b] = [...presses.values()];
      if (pinch > 0) controls.zoom(node, now / pinch, (a.x + b.x) / 2, (a.y + b.y) / 2, event.altKey);
      pinch = now;
      return;
    }
    if (!controls.canPan(node)) return;
    if (!host.hasPointerCapture(event.pointerId)) host.setPointerCapture(event.pointerId);
    host.style.cursor = 'grabbing';
    controls.pan(node, -dx, -dy, event.altKey);
  };
  const onUp = (event: PointerEvent) => {
    const press = presses.get(event.pointerId);
    presses.delete(event.pointerId);
    host.style.cursor = '';
    if (press !== undefined && event.type === 'pointerup' && presses.size === 0 && moved < CLICK_SLOP)
      controls.click(press.x, press.y);
  };
  const onWheel = (event: WheelEvent) => {
    if (event.deltaY === 0) return;
    const at = place(event);
    const over = controls.mapAt(at.x, at.y);
    if (over < 0) {
      if (controls.scroll(at.x, at.y, Math.sign(event.deltaY))) event.preventDefault();
      return;
    }
    event.preventDefault();
    const pixels = event.deltaMode === 0 ? event.deltaY : event.deltaY * 32;
    // Browsers send a pinch on a touch pad as a wheel with ctrl and small steps.
    const factor = Math.exp(-Math.max(-200, Math.min(200, pixels)) * (event.ctrlKey ? 0.012 : 0.0035));
    controls.zoom(over, factor, at.x, at.y, event.altKey);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.target !== host || event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow !== undefined) controls.arrow(arrow[0], arrow[1], event.shiftKey);
    else if (event.key === '+' || event.key === '=') controls.keyZoom(KEY_ZOOM);
    else if (event.key === '-') controls.keyZoom(1 / KEY_ZOOM);
    else if (event.key === '0') controls.fit();
    else if (event.key === 'Enter') controls.enter();
    else return;
    event.preventDefault();
  };

  host.addEventListener('pointerdown', onDown, options);
  host.addEventListener('pointermove', onMove, options);
  host.addEventListener('pointerup', onUp, options);
  host.addEventListener('pointercancel', onUp, options);
  host.addEventListener('pointerleave', () => presses.size === 0 && controls.leave(), options);
  host.addEventListener('wheel', onWheel, { ...options, passive: false });
  host.addEventListener('keydown', onKey, options);
  host.addEventListener('focus', () => controls.focus(host.matches(':focus-visible')), options);
  host.addEventListener('blur', () => controls.focus(false), options);
  return () => stop.abort();
}
