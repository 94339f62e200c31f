/* global window, Worker, PerformanceObserver, performance, requestAnimationFrame, document, createImageBitmap, OffscreenCanvas, fetch, setTimeout, WheelEvent */
// Runs inside the page before its own scripts (plain JavaScript: the page has no TypeScript). Listens to what the worker sends
// and to the browser's long tasks, counts animation frames, and asks ?testing=1's window.__lab what was drawn.
(() => {
  // src/protocol/frame.ts
  const FRAME_MAGIC = 0x414e4d46;
  const [H_MAGIC, H_FRAME_ID, H_TICK, H_MOVES_DROPPED, H_BYTES, H_FRAME_US, H_SLICE_US] = [
    0, 1, 2, 10, 17, 18, 19,
  ];

  /** Headers of the frames that arrived in the window. */
  let arrived = [];
  const longTasks = [];
  const bench = { firstFrameMs: 0, firstPictureMs: 0 };

  window.Worker = class extends Worker {
    constructor(...args) {
      super(...args);
      // First in line: the buffer is still here, and reading its header costs microseconds.
      this.addEventListener('message', ({ data }) => {
        const buffer = data?.value;
        if (!(buffer instanceof ArrayBuffer) || buffer.byteLength < 128) return;
        const header = new Int32Array(buffer, 0, 32);
        if (header[H_MAGIC] === FRAME_MAGIC) arrived.push(Array.from(header.subarray(0, 22)));
      });
    }
  };

  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) longTasks.push({ at: entry.startTime, ms: entry.duration });
  }).observe({ type: 'longtask', buffered: true });

  const drawn = () => window.__lab?.stats() ?? {};

  // The start: the first frame that was drawn, and the first that shows later simulated time.
  const watchStart = () => {
    const fresh = drawn().fresh ?? 0;
    if (fresh >= 1 && !bench.firstFrameMs) bench.firstFrameMs = performance.now();
    if (fresh >= 2) bench.firstPictureMs = performance.now();
    else requestAnimationFrame(watchStart);
  };
  requestAnimationFrame(watchStart);

  /** Count for a while. Only distinct frames that were drawn and carry later simulated time are fresh. */
  bench.window = (milliseconds) =>
    new Promise((resolve) => {
      arrived = [];
      let animation = -1;
      let begin = 0;
      let freshBegin = 0;
      let ids = 0;
      let lastId = -1;
      const onFrame = (now) => {
        animation++;
        const stats = drawn();
        const id = stats.picture?.frameId ?? -1;
        if (animation === 0) {
          begin = now;
          freshBegin = stats.fresh;
        } else if (id !== lastId) ids++;
        lastId = id;
        if (now - begin < milliseconds) requestAnimationFrame(onFrame);
        else resolve(summarise(now - begin, animation, Math.min(stats.fresh - freshBegin, ids), begin));
      };
      requestAnimationFrame(onFrame);
    });

  const p95 = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? 0;

  function summarise(ms, animation, fresh, begin) {
    const distinct = new Map(arrived.map((header) => [header[H_TICK], header]));
    const tasks = longTasks.filter(({ at }) => at >= begin).map((task) => task.ms);
    const stats = drawn();
    return {
      ms,
      animationPerS: (animation * 1000) / ms,
      freshPerS: (fresh * 1000) / ms,
      stale: Math.max(0, arrived.length - distinct.size),
      produced: new Set(arrived.map((header) => header[H_FRAME_ID])).size,
      bytes: p95(arrived.map((header) => header[H_BYTES])),
      droppedMoves: arrived.reduce((sum, header) => sum + header[H_MOVES_DROPPED], 0),
      workerFrameMs: p95(arrived.map((header) => header[H_FRAME_US])) / 1000,
      workerSliceMs: p95(arrived.map((header) => header[H_SLICE_US])) / 1000,
      longTasks: tasks,
      achievedSpeed: stats.achievedSpeed ?? 0,
      finished: window.__lab?.summary()?.finished ?? false,
      canvasWidth: stats.picture?.canvasWidth ?? 0,
      canvasHeight: stats.picture?.canvasHeight ?? 0,
      hostWidth: stats.picture?.width ?? 0,
      hostHeight: stats.picture?.height ?? 0,
      sharpness: stats.picture?.sharpness ?? 1,
    };
  }

  const animationFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const task = () => new Promise((resolve) => setTimeout(resolve));

  /**
   * One gesture of the wheel from the whole machine to single pages, over a page frame of node 0. Every step waits until
   * the frame of the new level was drawn; animation frames are counted from the wheel's event.
   */
  bench.gesture = async (frame) => {
    const host = document.querySelector('[data-picture]');
    const levels = [];
    for (;;) {
      const box = host.getBoundingClientRect();
      const cell = window.__lab.cellRect(0, frame);
      const before = drawn().picture.zoom;
      // Events come between animation frames.
      await animationFrame();
      await task();
      const begin = performance.now();
      host.dispatchEvent(
        new WheelEvent('wheel', {
          clientX: box.left + cell.x + cell.width / 2,
          clientY: box.top + cell.y + cell.height / 2,
          deltaY: -200,
          bubbles: true,
          cancelable: true,
        }),
      );
      if (drawn().picture.zoom === before) return { levels, cellPixels: cell.width };
      let frames = 0;
      do {
        await animationFrame();
        frames++;
      } while (drawn().picture.shownZoom !== drawn().picture.zoom && frames < 600);
      levels.push({ zoom: drawn().picture.zoom, frames, ms: performance.now() - begin });
    }
  };

  bench.paintMs = () =>
    performance.getEntriesByType('paint').find(({ name }) => name === 'first-contentful-paint')?.startTime ??
    0;

  bench.mappedGib = () =>
    (window.__lab?.summary()?.processes ?? []).reduce((sum, process) => sum + process.residentMb, 0) / 1024;

  bench.drawn = () => document.querySelector('[data-picture]')?.dataset.ready === 'true';

  /** Variance of the luminance of a PNG: nought is a blank picture. */
  bench.variance = async (base64) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < data.length; i += 4) {
      const light = 0.2126 * data[i] + 0.7152 * data[i + 1] + 0.0722 * data[i + 2];
      sum += light;
      squares += light * light;
    }
    const count = data.length / 4;
    return squares / count - (sum / count) ** 2;
  };

  window.__bench = bench;
})();
