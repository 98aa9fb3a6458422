import { type ReactNode, useEffect, useEffectEvent } from 'react';

interface Props {
  /** What the panel shows; null when nothing is chosen. */
  title: string | null;
  badge?: ReactNode;
  panel: ReactNode;
  onClose: () => void;
  children: ReactNode;
}

/** A list with the details of what is chosen beside it, so that the list stays; where there is no room, in its place. Escape closes. */
export function Split({ title, badge, panel, onClose, children }: Props) {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key === 'Escape' && title !== null && !(event.target as HTMLElement).closest('input, select, textarea, dialog')) onClose();
  });
  useEffect(() => {
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  if (title === null) return children;
  return (
    <div className="split">
      <div className="split-list">{children}</div>
      <aside className="split-panel" aria-label={title} data-testid="details">
        <header className="panel-head">
          <h2>{title}</h2>
          {badge}
          <span className="spring" />
          <button type="button" onClick={onClose} title="Close ( Esc )">
            Close
          </button>
        </header>
        {panel}
      </aside>
    </div>
  );
}
