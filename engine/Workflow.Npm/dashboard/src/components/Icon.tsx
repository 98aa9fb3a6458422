/** Line icons on a 16-pixel grid. States have theirs here too, under the names of lib/states. */
const PATHS = {
  success: 'M3 8.5 6.5 12 13 4.5',
  running: 'M8 2a6 6 0 0 1 0 12',
  queued: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  retry: 'M12 13V8.5A2.5 2.5 0 0 0 9.5 6H3.5M6.5 3l-3 3 3 3',
  failed: 'M4 4l8 8M12 4l-8 8',
  upstream: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4',
  skipped: 'M3 4l4.5 4L3 12M8.5 4l4.5 4-4.5 4',
  pending: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11',
  cancelled: 'M4 4h8v8H4z',
  deferred: 'M4 2h8M4 14h8M5 2c0 4 6 4 6 12M11 2c0 4-6 4-6 12',
  removed: 'M3.5 8h9',
  setup: 'M2.5 13.5h11M4 13.5V8M8 13.5V4M12 13.5V8M5.8 6.2 8 4l2.2 2.2',
  teardown: 'M2.5 13.5h11M4 13.5V8M8 11V3M12 13.5V8M5.8 8.8 8 11l2.2-2.2',
  group: 'M2.5 5.5v7h9v-7zM4.5 5.5v-2h9v7h-2',
  pool: 'M2.5 4h3v3h-3zM6.5 4h3v3h-3zM10.5 4h3v3h-3zM2.5 9h3v3h-3zM6.5 9h3v3h-3z',
  scheduler: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2M8 4.5V8l2.5 1.5',
  dag: 'M5 8h2l2-4h2M7 8l2 4h2M1.5 8a1.75 1.75 0 1 0 3.5 0 1.75 1.75 0 1 0-3.5 0M11 4a1.75 1.75 0 1 0 3.5 0A1.75 1.75 0 1 0 11 4M11 12a1.75 1.75 0 1 0 3.5 0 1.75 1.75 0 1 0-3.5 0',
  runs: 'M2 13h12M3.5 13V7M8 13V3M12.5 13V9',
  dataset:
    'M2.5 4c0-1.1 2.5-2 5.5-2s5.5.9 5.5 2-2.5 2-5.5 2-5.5-.9-5.5-2M2.5 4v8c0 1.1 2.5 2 5.5 2s5.5-.9 5.5-2V4M2.5 8c0 1.1 2.5 2 5.5 2s5.5-.9 5.5-2',
  model: 'M8 1.8 13.5 5v6L8 14.2 2.5 11V5zM2.5 5 8 8.2 13.5 5M8 8.2v6',
  task: 'M3 3h10v10H3zM5.5 6.5h5M5.5 9.5h3',
  sql: 'M2.5 4c0-1.1 2.5-2 5.5-2s5.5.9 5.5 2-2.5 2-5.5 2-5.5-.9-5.5-2M2.5 4v8c0 1.1 2.5 2 5.5 2s5.5-.9 5.5-2V4',
  gate: 'M8 1.8 13 4v4c0 3-2.2 5.2-5 6.2C5.2 13.2 3 11 3 8V4zM5.7 8l1.7 1.7L10.5 6.4',
  train: 'M2 13 6 8l3 2.5L14 4M10.5 4H14v3.5',
  promote: 'M8 14V3M3.5 7.5 8 3l4.5 4.5',
  branch: 'M2 8h4l3-4h5M6 8l3 4h5M12 2l2 2-2 2M12 10l2 2-2 2',
  short_circuit: 'M2 8h3.5M10.5 8H14M5.5 8l4-4',
  wait: 'M4 2h8M4 14h8M5 2c0 4 6 4 6 12M11 2c0 4-6 4-6 12',
  expand: 'M2 8h4M6 8l5-5M6 8h6M6 8l5 5M11 3h3M12 8h2M11 13h3',
  menu: 'M2 4h12M2 8h12M2 12h12',
  fold: 'M10 3 5 8l5 5',
  unfold: 'M6 3l5 5-5 5',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M10.3 10.3 14 14',
  close: 'M4 4l8 8M12 4l-8 8',
  person: 'M8 2.2a2.6 2.6 0 1 0 0 5.2 2.6 2.6 0 0 0 0-5.2M2.8 14c0-3 2.3-4.6 5.2-4.6s5.2 1.6 5.2 4.6',
  lock: 'M3.5 7.5h9v6.5h-9zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5',
  cold: 'M8 1.8v12.4M2.6 4.9l10.8 6.2M13.4 4.9 2.6 11.1M6.3 2.8 8 4.4l1.7-1.6M6.3 13.2 8 11.6l1.7 1.6',
  review: 'M2.5 3h11v8h-6l-3 3v-3h-2zM5.5 7l1.8 1.8L11 5.4',
  source: 'M4 1.8h5.5L13 5.3v8.9H4zM9.2 2v3.6H13M6.3 8.5h4.4M6.3 11h4.4',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  play: 'M4.5 3v10l8-5z',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  fit: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  warning: 'M8 2 14.5 13.5h-13zM8 6.5v3.2M8 11.7v.1',
  download: 'M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11',
  help: 'M5.5 6a2.5 2.5 0 1 1 3.6 2.3c-.7.4-1.1.8-1.1 1.7M8 12.8v.1',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, className = '' }: { name: IconName; className?: string }) {
  return (
    <svg className={`icon ${className}`} viewBox="0 0 16 16" aria-hidden="true">
      {name === 'running' && <circle cx="8" cy="8" r="6" className="icon-track" />}
      <path d={PATHS[name]} />
    </svg>
  );
}
