import { useStore } from '../state/store';
import { dismiss, toasts } from '../state/toasts';

export function Toasts() {
  return (
    <div className="toasts" role="status">
      {useStore(toasts).map(({ id, text, undo }) => (
        <div className="toast" key={id}>
          {text}
          {undo && (
            <button
              type="button"
              onClick={() => {
                dismiss(id);
                undo();
              }}
            >
              Undo
            </button>
          )}
          <button type="button" onClick={() => dismiss(id)} aria-label="Dismiss">
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
