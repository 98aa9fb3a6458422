import { Dialog } from './Dialog';

const KEYS: [string, string][] = [
  ['/', 'search on this page'],
  ['g d', 'DAGs'],
  ['g r', 'runs'],
  ['g s', 'datasets'],
  ['g m', 'models'],
  ['g v', 'review'],
  ['g p', 'pools'],
  ['t', 'trigger the DAG shown'],
  ['↑ ↓', 'move between the rows of a table'],
  ['Esc', 'close what is open'],
  ['?', 'this help'],
];

export function KeyboardHelp({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <dl className="keys">
        {KEYS.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <div className="dialog-actions">
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
