import { Icon } from './Icon';

/** Zoom and fit of a graph. */
export function ZoomButtons({ viewport }: { viewport: { zoomBy: (factor: number) => void; fit: () => void } }) {
  return (
    <>
      <button type="button" className="button-icon" title="Zoom out" aria-label="Zoom out" onClick={() => viewport.zoomBy(1 / 1.25)}>
        <Icon name="minus" />
      </button>
      <button
        type="button"
        className="button-icon"
        title="Zoom in (or ctrl and the wheel)"
        aria-label="Zoom in"
        onClick={() => viewport.zoomBy(1.25)}
      >
        <Icon name="plus" />
      </button>
      <button type="button" className="button-icon" title="Fit" aria-label="Fit" onClick={viewport.fit}>
        <Icon name="fit" />
      </button>
    </>
  );
}
