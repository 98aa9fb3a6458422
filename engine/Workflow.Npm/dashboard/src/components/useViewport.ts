import { type PointerEvent, type RefObject, useCallback, useEffect, useLayoutEffect, useState } from 'react';
import { useParam } from '../state/useParam';

interface View {
  x: number;
  y: number;
  zoom: number;
}

/** A drag changes the view many times; the address follows when it rests. */
const SAVE_MILLISECONDS = 300;
const SMALLEST = 0.2;
const LARGEST = 2;
/** At first, names are legible: below this the rest is reached by dragging, or by asking to fit all. */
const SMALLEST_LEGIBLE = 0.65;

/** Pan by dragging, zoom with ctrl and the wheel or with buttons; fits the content until moved by hand. */
export function useViewport(frame: RefObject<SVGSVGElement | null>, content: Size) {
  const [saved, save] = useParam('zoom');
  const [view, setView] = useState(() => viewOf(saved));
  const [size, setSize] = useState({ width: 0, height: 0 });

  useLayoutEffect(() => {
    const svg = frame.current;
    if (!svg) return;
    const observer = new ResizeObserver(() => setSize({ width: svg.clientWidth, height: svg.clientHeight }));
    observer.observe(svg);
    setSize({ width: svg.clientWidth, height: svg.clientHeight });
    return () => observer.disconnect();
  }, [frame]);

  const shown = view ?? fitted(size, content);

  const text = view ? [view.x, view.y, view.zoom].map((number) => Number(number.toFixed(2))).join(',') : null;
  useEffect(() => {
    if (text === saved) return;
    const timer = setTimeout(() => save(text), SAVE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [text, saved, save]);

  const zoomAt = useCallback(
    (factor: number, x: number, y: number) =>
      setView((before) => {
        const from = before ?? fitted(size, content);
        const zoom = Math.min(LARGEST, Math.max(SMALLEST, from.zoom * factor));
        const scale = zoom / from.zoom;
        return { zoom, x: x - (x - from.x) * scale, y: y - (y - from.y) * scale };
      }),
    [size, content],
  );

  useEffect(() => {
    const svg = frame.current;
    if (!svg) return;
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const edge = svg.getBoundingClientRect();
      zoomAt(Math.exp(-event.deltaY / 300), event.clientX - edge.left, event.clientY - edge.top);
    };
    // React attaches wheel listeners as passive, and a passive one cannot keep the browser from zooming the page.
    svg.addEventListener('wheel', onWheel, { passive: false });
    return () => svg.removeEventListener('wheel', onWheel);
  }, [frame, zoomAt]);

  const drag = (event: PointerEvent<SVGSVGElement>) => {
    if (event.button !== 0 || (event.target as Element).closest('[role=button], a')) return;
    const svg = event.currentTarget;
    const start = { ...shown, clientX: event.clientX, clientY: event.clientY };
    svg.setPointerCapture(event.pointerId);
    svg.onpointermove = (move) =>
      setView({ zoom: start.zoom, x: start.x + move.clientX - start.clientX, y: start.y + move.clientY - start.clientY });
    svg.onpointerup = svg.onpointercancel = () => (svg.onpointermove = null);
  };

  return {
    transform: `translate(${shown.x} ${shown.y}) scale(${shown.zoom})`,
    drag,
    fit: () => setView(fitted(size, content, SMALLEST)),
    zoomBy: (factor: number) => zoomAt(factor, size.width / 2, size.height / 2),
  };
}

function viewOf(text: string | null): View | undefined {
  const [x, y, zoom] = (text ?? '').split(',').map(Number);
  return x !== undefined && y !== undefined && zoom && [x, y, zoom].every(Number.isFinite) ? { x, y, zoom } : undefined;
}

interface Size {
  width: number;
  height: number;
}

/** The content as large as fits; what does not fit at the smallest zoom begins at the left, centred from top to bottom. */
function fitted(size: Size, content: Size, smallest = SMALLEST_LEGIBLE): View {
  if (size.width === 0 || content.width === 0) return { x: 0, y: 0, zoom: 1 };
  const zoom = Math.min(1, Math.max(smallest, Math.min(size.width / content.width, size.height / content.height)));
  return { zoom, x: Math.max(0, (size.width - content.width * zoom) / 2), y: (size.height - content.height * zoom) / 2 };
}
