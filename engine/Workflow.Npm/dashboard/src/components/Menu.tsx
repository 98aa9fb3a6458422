import { type ReactNode, useEffect, useRef } from 'react';

/** Acts that are needed now and then, behind one button; it closes after a choice, on Escape and when the focus goes elsewhere. */
export function Menu({ label, children }: { label: string; children: ReactNode }) {
  const box = useRef<HTMLDetailsElement>(null);
  const close = () => box.current?.removeAttribute('open');
  useEffect(() => {
    const outside = (event: Event) => !box.current?.contains(event.target as Node) && close();
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, []);
  return (
    <details
      ref={box}
      className="menu"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !box.current?.open) return;
        event.stopPropagation();
        close();
      }}
    >
      <summary className="button">{label}</summary>
      <div className="menu-items" onClick={close}>
        {children}
      </div>
    </details>
  );
}
